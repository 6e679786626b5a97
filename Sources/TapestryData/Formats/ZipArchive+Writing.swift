import TapestryCore

extension ZipArchive {
  /// A zip file of these contents, stored as they are. The names must differ.
  ///
  /// The date of every entry is the earliest there is, so that the same contents give the same bytes.
  ///
  /// - Throws: `invalidFile` for more than 65,535 entries, a name or a file too long for zip.
  static func bytes(_ contents: [(name: String, bytes: [UInt8])]) throws(TapestryError) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in contents {
      let header = file.count
      guard name.utf8.count <= 0xFFFF, header + bytes.count + directory.count < 0xF000_0000 else {
        throw tooLarge("'\(name.prefix(80))' does not fit a zip file")
      }
      let common = facts(name, bytes)
      file += signature(3, 4) + common + Array(name.utf8) + bytes
      directory += signature(1, 2)
      directory.append(littleEndian: UInt16(20))
      directory += common
      // No comment, first disk, no attributes.
      directory += [UInt8](repeating: 0, count: 10)
      directory.append(littleEndian: UInt32(header))
      directory += Array(name.utf8)
    }
    guard contents.count < 0xFFFF, file.count + directory.count < 0xFFFF_0000 else {
      throw tooLarge("\(contents.count) entries of \(file.count) bytes do not fit a zip file")
    }
    let start = file.count
    file += directory + signature(5, 6) + [0, 0, 0, 0]
    file.append(littleEndian: UInt16(contents.count))
    file.append(littleEndian: UInt16(contents.count))
    file.append(littleEndian: UInt32(directory.count))
    file.append(littleEndian: UInt32(start))
    file.append(littleEndian: UInt16(0))
    return file
  }

  /// What local header and directory both say: from the version needed to the length of the extra field.
  private static func facts(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    var facts: [UInt8] = []
    // Version 2.0, names in UTF-8, stored, midnight of 1 January 1980.
    for number: UInt16 in [20, 0x0800, 0, 0, 0x21] { facts.append(littleEndian: number) }
    facts.append(littleEndian: crc32(bytes))
    facts.append(littleEndian: UInt32(bytes.count))
    facts.append(littleEndian: UInt32(bytes.count))
    facts.append(littleEndian: UInt16(name.utf8.count))
    facts.append(littleEndian: UInt16(0))
    return facts
  }

  private static func tooLarge(_ message: String) -> TapestryError {
    TapestryError(.invalidFile, message, remedy: "write safetensors, which has no such limit")
  }
}
