import TapestryCore

/// Reads the header of an npy file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
///
/// Only what NumPy writes there is understood: strings in either quote without escapes, `True` and `False`, and tuples
/// of whole numbers, with blanks anywhere between and a comma after the last item. Everything else is an error at the
/// byte where it stands; nothing nests, so no input can make the reader go deep.
struct NPYHeaderScanner {
  /// What a header says, and where.
  struct Header {
    var descr = ""
    var descrOffset = 0
    var isFortranOrder = false
    var shape: [Int] = []
    var shapeOffset = 0
  }

  private let file: FileBytes
  private let end: Int
  private var place: Int

  /// A scanner of the text in a range of a file, which must be inside.
  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    place = range.lowerBound
    end = range.upperBound
  }

  /// The header; the text must hold nothing else.
  mutating func header() throws(TapestryError) -> Header {
    var header = Header()
    var seen: Set<String> = []
    let start = place
    try take("{")
    while try !takeIfNext("}") {
      let keyOffset = place
      let key = try string()
      guard seen.insert(key).inserted else {
        throw file.fault(at: keyOffset, expected: "each key once", found: "'\(key)' again")
      }
      try take(":")
      skipBlanks()
      switch key {
      case "descr": (header.descrOffset, header.descr) = (place, try string())
      case "fortran_order": header.isFortranOrder = try bool()
      case "shape": (header.shapeOffset, header.shape) = (place, try tuple())
      default: throw file.fault(at: keyOffset, expected: "descr, fortran_order or shape", found: "'\(key)'")
      }
      guard try takeIfNext(",") else {
        try take("}")
        break
      }
    }
    guard seen.count == 3 else {
      throw file.fault(
        at: start, expected: "descr, fortran_order and shape", found: seen.isEmpty ? "none" : "\(seen.sorted())")
    }
    skipBlanks()
    guard place == end else { throw fault("the end of the header") }
    return header
  }

  private mutating func string() throws(TapestryError) -> String {
    skipBlanks()
    guard place < end, file.bytes[place] == UInt8(ascii: "'") || file.bytes[place] == UInt8(ascii: "\"") else {
      throw fault("a string")
    }
    let start = place + 1
    guard let close = file.bytes[start..<end].firstIndex(of: file.bytes[place]) else {
      throw fault("a string with its closing quote")
    }
    place = close + 1
    return try file.text(start..<close, "a string")
  }

  private mutating func bool() throws(TapestryError) -> Bool {
    for (word, value) in [("True", true), ("False", false)] where file.bytes[place..<end].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw fault("True or False")
  }

  private mutating func tuple() throws(TapestryError) -> [Int] {
    var numbers: [Int] = []
    try take("(")
    while try !takeIfNext(")") {
      skipBlanks()
      let digits = file.bytes[place..<end].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
        throw fault("an extent below two to the power of 63")
      }
      place += digits.count
      numbers.append(number)
      guard try takeIfNext(",") else {
        try take(")")
        break
      }
    }
    return numbers
  }

  private mutating func take(_ character: Character) throws(TapestryError) {
    guard try takeIfNext(character) else { throw fault("'\(character)'") }
  }

  private mutating func takeIfNext(_ character: Character) throws(TapestryError) -> Bool {
    skipBlanks()
    guard place < end else { throw fault("'\(character)'") }
    guard file.bytes[place] == character.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while place < end, file.bytes[place] == 0x20 || file.bytes[place] == 0x0A { place += 1 }
  }

  private func fault(_ expected: String) -> TapestryError {
    let rest = file.bytes[place..<end].prefix(12)
    return file.fault(
      at: place, expected: expected,
      found: rest.isEmpty ? "the end of the header" : "'\(String(decoding: rest, as: UTF8.self))'")
  }
}
