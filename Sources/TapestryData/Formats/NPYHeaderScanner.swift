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

  private var cursor: HeaderCursor
  private var file: FileBytes { cursor.file }

  /// A scanner of the text in a range of a file, which must be inside.
  init(_ file: FileBytes, _ range: Range<Int>) { cursor = HeaderCursor(file, range) }

  /// The header; the text must hold nothing else.
  mutating func header() throws(TapestryError) -> Header {
    var header = Header()
    var seen: Set<String> = []
    let start = cursor.place
    try cursor.take("{")
    while !cursor.takeIfNext("}") {
      let keyOffset = cursor.place
      let key = try string()
      guard seen.insert(key).inserted else {
        throw file.fault(at: keyOffset, expected: "each key once", found: "'\(key)' again")
      }
      try cursor.take(":")
      cursor.skipBlanks()
      switch key {
      case "descr": (header.descrOffset, header.descr) = (cursor.place, try string())
      case "fortran_order": header.isFortranOrder = try bool()
      case "shape": (header.shapeOffset, header.shape) = (cursor.place, try tuple())
      default: throw file.fault(at: keyOffset, expected: "descr, fortran_order or shape", found: "'\(key)'")
      }
      guard cursor.takeIfNext(",") else {
        try cursor.take("}")
        break
      }
    }
    guard seen.count == 3 else {
      throw file.fault(
        at: start, expected: "descr, fortran_order and shape", found: seen.isEmpty ? "none" : "\(seen.sorted())")
    }
    try cursor.finish()
    return header
  }

  private mutating func string() throws(TapestryError) -> String {
    cursor.skipBlanks()
    guard cursor.place < cursor.end,
      file.bytes[cursor.place] == UInt8(ascii: "'") || file.bytes[cursor.place] == UInt8(ascii: "\"")
    else {
      throw cursor.fault("a string")
    }
    let start = cursor.place + 1
    guard let close = file.bytes[start..<cursor.end].firstIndex(of: file.bytes[cursor.place]) else {
      throw cursor.fault("a string with its closing quote")
    }
    cursor.place = close + 1
    return try file.text(start..<close, "a string")
  }

  private mutating func bool() throws(TapestryError) -> Bool {
    for (word, value) in [("True", true), ("False", false)]
    where file.bytes[cursor.place..<cursor.end].starts(with: word.utf8) {
      cursor.place += word.utf8.count
      return value
    }
    throw cursor.fault("True or False")
  }

  private mutating func tuple() throws(TapestryError) -> [Int] {
    var numbers: [Int] = []
    try cursor.take("(")
    while !cursor.takeIfNext(")") {
      cursor.skipBlanks()
      numbers.append(try cursor.number("an extent").value)
      guard cursor.takeIfNext(",") else {
        try cursor.take(")")
        break
      }
    }
    return numbers
  }
}
