import TapestryCore

/// The entries of a zip file, and writing of one.
///
/// A zip file is read from its end: the end record says where the central directory stands, the directory says for each
/// entry its name, sizes, check sum and the offset of a local header, after which the data begins. Sizes are taken from
/// the directory alone, since writers that do not know them in advance leave them out of the local header. What
/// hostile files do is refused: data outside the file or shared by two entries, two entries of one name, a name that
/// differs between directory and header, a size larger than deflate can make of that many bytes (1 to 1,032), content
/// that is not of the size or check sum written down. Encrypted files and those above 4 GiB (zip64) are not read.
/// Source: PKWARE, APPNOTE.TXT, sections 4.3 to 4.5.
struct ZipArchive {
  /// One entry as the central directory describes it.
  private struct Entry {
    let name: String
    let isDeflated: Bool
    let sum: UInt32
    let data: Range<Int>
    let size: Int
    /// Where the directory describes it.
    let offset: Int
  }

  /// The contents, in the order of the directory.
  static func contents(of file: FileBytes) throws(TapestryError) -> [(name: String, bytes: [UInt8])] {
    var contents: [(name: String, bytes: [UInt8])] = []
    for entry in try entries(of: file) {
      var limit = ContentLimit(entry.size)
      let bytes =
        entry.isDeflated
        ? try Inflate.decoded(file, from: entry.data.lowerBound, to: entry.data.upperBound, limit: &limit).bytes
        : Array(file.bytes[entry.data])
      guard bytes.count == entry.size else {
        throw file.fault(
          at: entry.data.lowerBound, expected: "\(entry.size) bytes of '\(entry.name)'", found: "\(bytes.count)")
      }
      guard crc32(bytes) == entry.sum else {
        throw file.fault(
          at: entry.data.lowerBound, expected: "'\(entry.name)' with the check sum \(entry.sum)",
          found: "\(crc32(bytes))")
      }
      contents.append((entry.name, bytes))
    }
    return contents
  }

  private static func entries(of file: FileBytes) throws(TapestryError) -> [Entry] {
    let end = try endRecord(of: file)
    let count = Int(try file.integer(UInt16.self, at: end + 10, "the number of entries"))
    let size = Int(try file.integer(UInt32.self, at: end + 12, "the size of the directory"))
    let start = Int(try file.integer(UInt32.self, at: end + 16, "the offset of the directory"))
    guard start + size == end else {
      throw file.fault(
        at: end + 12, expected: "a directory that ends at byte \(end)", found: "one of bytes \(start)..<\(start + size)"
      )
    }
    var entries: [Entry] = []
    var place = start
    for _ in 0..<count {
      let (entry, next) = try entry(file, at: place, directory: start..<end)
      entries.append(entry)
      place = next
    }
    guard place == end else {
      throw file.fault(at: place, expected: "the end of the directory", found: "\(end - place) bytes more")
    }
    try requireApart(entries, file)
    return entries
  }

  /// The offset of the end record: the last one whose comment reaches exactly to the end of the file.
  private static func endRecord(of file: FileBytes) throws(TapestryError) -> Int {
    let first = Swift.max(0, file.count - 22 - 0xFFFF)
    for place in stride(from: file.count - 22, through: first, by: -1) {
      guard file.bytes[place] == 0x50, file.bytes[place..<place + 4].elementsEqual(signature(5, 6)) else { continue }
      let comment = Int(try file.integer(UInt16.self, at: place + 20, "the length of the comment"))
      guard place + 22 + comment == file.count else { continue }
      let disks = try file.integer(UInt32.self, at: place + 4, "the number of the disk")
      let (here, all) = (
        try file.integer(UInt16.self, at: place + 8, "entries"),
        try file.integer(UInt16.self, at: place + 10, "entries")
      )
      guard disks == 0, here == all else {
        throw file.fault(at: place + 4, expected: "a zip file in one part", found: "several")
      }
      return place
    }
    throw file.fault(at: file.count, expected: "the end record of a zip file before", found: "none")
  }

  private static func entry(
    _ file: FileBytes, at place: Int, directory: Range<Int>
  ) throws(TapestryError) -> (Entry, next: Int) {
    try file.requireMagic(signature(1, 2), at: place, "an entry of the directory")
    try file.require(46, at: place, "an entry of the directory")
    let flags = try file.integer(UInt16.self, at: place + 8, "flags")
    guard flags & 0x2041 == 0 else {
      throw file.fault(at: place + 8, expected: "an entry that is not encrypted", found: "flags \(flags)")
    }
    let method = try file.integer(UInt16.self, at: place + 10, "the method")
    guard method == 0 || method == 8 else {
      throw file.fault(at: place + 10, expected: "an entry stored (0) or deflated (8)", found: "method \(method)")
    }
    let sum = try file.integer(UInt32.self, at: place + 16, "the check sum")
    let packed = Int(try file.integer(UInt32.self, at: place + 20, "the packed size"))
    let size = Int(try file.integer(UInt32.self, at: place + 24, "the size"))
    let nameLength = Int(try file.integer(UInt16.self, at: place + 28, "the length of the name"))
    let extraLength = Int(try file.integer(UInt16.self, at: place + 30, "the length of the extra field"))
    let commentLength = Int(try file.integer(UInt16.self, at: place + 32, "the length of the comment"))
    let header = Int(try file.integer(UInt32.self, at: place + 42, "the offset of the entry"))
    let next = place + 46 + nameLength + extraLength + commentLength
    guard next <= directory.upperBound else {
      throw file.fault(at: place + 28, expected: "an entry inside the directory", found: "one to byte \(next)")
    }
    guard packed != 0xFFFF_FFFF, size != 0xFFFF_FFFF, header != 0xFFFF_FFFF else {
      throw file.fault(at: place + 20, expected: "sizes below 4 GiB", found: "those of zip64")
    }
    guard method == 8 ? size <= 1032 * packed : size == packed else {
      throw file.fault(at: place + 24, expected: "a size that \(packed) packed bytes can have", found: "\(size)")
    }
    let name = try file.text(place + 46..<place + 46 + nameLength, "the name of an entry")
    let start = try startOfData(file, header, name)
    guard start + packed <= directory.lowerBound else {
      throw file.fault(
        at: place + 20, expected: "data before the directory at byte \(directory.lowerBound)",
        found: "\(packed) bytes from byte \(start) on")
    }
    let data = start..<start + packed
    return (Entry(name: name, isDeflated: method == 8, sum: sum, data: data, size: size, offset: place), next)
  }

  /// Where the data after a local header begins, which must be of the same name.
  private static func startOfData(_ file: FileBytes, _ header: Int, _ name: String) throws(TapestryError) -> Int {
    try file.requireMagic(signature(3, 4), at: header, "the header of '\(name)'")
    let nameLength = Int(try file.integer(UInt16.self, at: header + 26, "the length of the name"))
    let extraLength = Int(try file.integer(UInt16.self, at: header + 28, "the length of the extra field"))
    try file.require(nameLength + extraLength, at: header + 30, "the name of an entry")
    guard file.bytes[header + 30..<header + 30 + nameLength].elementsEqual(name.utf8) else {
      throw file.fault(at: header + 30, expected: "the name '\(name)' of the directory", found: "another")
    }
    return header + 30 + nameLength + extraLength
  }

  private static func requireApart(_ entries: [Entry], _ file: FileBytes) throws(TapestryError) {
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw file.fault(at: entry.offset, expected: "each name once", found: "'\(entry.name)' again")
    }
    let sorted = entries.sorted { ($0.data.lowerBound, $0.offset) < ($1.data.lowerBound, $1.offset) }
    for (a, b) in zip(sorted, sorted.dropFirst()) where a.data.upperBound > b.data.lowerBound {
      throw file.fault(
        at: b.offset, expected: "data of its own for '\(b.name)'", found: "bytes that belong to '\(a.name)' too")
    }
  }

  static func signature(_ a: UInt8, _ b: UInt8) -> [UInt8] { [0x50, 0x4B, a, b] }
}
