public import TapestryCore

/// How many bytes packed data may unpack to: a number, or at first the size of a header, and then what that declares.
struct ContentLimit: Sendable {
  /// The limit now.
  let bytes: Int
  /// The limit that no declaration raises.
  let highest: Int
  /// From the content's beginning, of `bytes` bytes or a little less, how long all of it is.
  let declared: (@Sendable ([UInt8]) throws(TapestryError) -> Int)?

  init(_ bytes: Int) {
    (self.bytes, highest, declared) = (bytes, bytes, nil)
  }

  init(header: Int, highest: Int, declared: @escaping @Sendable ([UInt8]) throws(TapestryError) -> Int) {
    (bytes, self.highest, self.declared) = (header, highest, declared)
  }
}

/// Reading of gzip files (RFC 1952).
public enum Gzip {
  /// The most bytes a file may unpack to unless told otherwise: 4 GiB.
  public static let defaultLimit = 1 << 32

  /// Whether bytes begin as a gzip file does.
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The content of gzip data, of all its members one after another.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it.
  ///   - limit: the most bytes to unpack.
  /// - Throws: `invalidFile` for data that is no gzip, broken, cut off, longer than the limit, or whose check sum or
  ///   length is not the one written down.
  public static func unpacked(
    _ bytes: [UInt8], source: String = "gzip data", limit: Int = defaultLimit
  ) throws(TapestryError) -> [UInt8] {
    try unpacked(FileBytes(bytes, name: source), limit: ContentLimit(limit))
  }

  static func unpacked(_ file: FileBytes, limit: ContentLimit) throws(TapestryError) -> [UInt8] {
    var limit = limit
    var content: [UInt8] = []
    var place = 0
    repeat {
      let start = try endOfHeader(file, place)
      let (member, next) = try Inflate.decoded(
        file, from: start, to: file.count, after: content, limit: &limit)
      let sum = try file.integer(UInt32.self, at: next, "the check sum")
      guard sum == crc32(member) else {
        throw file.fault(at: next, expected: "the check sum \(crc32(member))", found: "\(sum)")
      }
      let size = try file.integer(UInt32.self, at: next + 4, "the unpacked size")
      guard size == UInt32(truncatingIfNeeded: member.count) else {
        throw file.fault(at: next + 4, expected: "the unpacked size \(member.count)", found: "\(size)")
      }
      if content.isEmpty { content = member } else { content += member }
      place = next + 8
    } while place < file.count
    return content
  }

  /// Where the data of the member that begins at an offset begins.
  private static func endOfHeader(_ file: FileBytes, _ start: Int) throws(TapestryError) -> Int {
    try file.requireMagic([0x1F, 0x8B, 8], at: start, "a gzip header")
    try file.require(10, at: start, "a gzip header")
    let flags = file.bytes[start + 3]
    guard flags & 0xE0 == 0 else {
      throw file.fault(at: start + 3, expected: "flags of RFC 1952", found: "\(flags)")
    }
    var place = start + 10
    if flags & 4 != 0 {
      let length = try file.integer(UInt16.self, at: place, "the length of the extra field")
      try file.require(2 + Int(length), at: place, "an extra field")
      place += 2 + Int(length)
    }
    // A name and a comment, each ended by a zero.
    for flag: UInt8 in [8, 16] where flags & flag != 0 {
      guard let end = file.bytes[Swift.min(place, file.count)...].firstIndex(of: 0) else {
        throw file.fault(at: place, expected: "a name ended by a zero", found: "the end of the file")
      }
      place = end + 1
    }
    if flags & 2 != 0 {
      let sum = try file.integer(UInt16.self, at: place, "the check sum of the header")
      let header = crc32(Array(file.bytes[start..<place]))
      guard sum == UInt16(truncatingIfNeeded: header) else {
        throw file.fault(
          at: place, expected: "the header's check sum \(UInt16(truncatingIfNeeded: header))", found: "\(sum)")
      }
      place += 2
    }
    return place
  }
}
