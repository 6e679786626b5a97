import TapestryCore

/// A value of the JSON that headers of files are made of, and where it stands.
struct JSONValue {
  /// A name and its value in an object.
  struct Member {
    let name: String
    let value: JSONValue
  }

  /// What the value is: true, false, null, fractions and negative numbers do not occur in headers.
  enum Content {
    case object([Member])
    case array([JSONValue])
    case string(String)
    case number(Int)
  }

  let content: Content
  let offset: Int
}

/// Reads the JSON (RFC 8259) of a header: objects, arrays, strings, and whole numbers of 0 or more.
///
/// By recursive descent over the bytes. A header nests three deep, so anything deeper than `deepest` is an error and
/// no input can exhaust the stack; a name that an object has twice is an error, as readers would differ on which of
/// them counts. Strings are checked to be UTF-8, escapes are undone, and halves of surrogate pairs must meet.
struct JSONScanner {
  private static let deepest = 8

  private let file: FileBytes
  private let end: Int
  private var place: Int

  /// A scanner of the text in a range of a file, which must be inside.
  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    place = range.lowerBound
    end = range.upperBound
  }

  /// The value of the whole text, which may be surrounded by blanks.
  mutating func document() throws(TapestryError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    guard place == end else { throw fault("the end of the header") }
    return value
  }

  private mutating func value(depth: Int) throws(TapestryError) -> JSONValue {
    skipBlanks()
    guard depth < JSONScanner.deepest else { throw fault("at most \(JSONScanner.deepest) levels of nesting") }
    let offset = place
    let content: JSONValue.Content
    switch place < end ? file.bytes[place] : 0 {
    case UInt8(ascii: "{"): content = .object(try members(depth: depth))
    case UInt8(ascii: "["): content = .array(try items(depth: depth))
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try number())
    default: throw fault("an object, an array, a string or a whole number")
    }
    return JSONValue(content: content, offset: offset)
  }

  private mutating func members(depth: Int) throws(TapestryError) -> [JSONValue.Member] {
    place += 1
    var members: [JSONValue.Member] = []
    var seen: Set<String> = []
    if takeIfNext("}") { return members }
    repeat {
      skipBlanks()
      let offset = place
      let name = try string()
      guard seen.insert(name).inserted else {
        throw file.fault(at: offset, expected: "each name once", found: jsonString(name) + " again")
      }
      guard takeIfNext(":") else { throw fault("':'") }
      members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
    } while takeIfNext(",")
    guard takeIfNext("}") else { throw fault("',' or '}'") }
    return members
  }

  private mutating func items(depth: Int) throws(TapestryError) -> [JSONValue] {
    place += 1
    var items: [JSONValue] = []
    if takeIfNext("]") { return items }
    repeat { items.append(try value(depth: depth + 1)) } while takeIfNext(",")
    guard takeIfNext("]") else { throw fault("',' or ']'") }
    return items
  }

  private mutating func number() throws(TapestryError) -> Int {
    let digits = file.bytes[place..<end].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = Int(String(decoding: digits, as: UTF8.self)), digits.count == 1 || digits.first != 0x30 else {
      throw fault("a whole number below two to the power of 63")
    }
    place += digits.count
    return number
  }

  private mutating func string() throws(TapestryError) -> String {
    guard place < end, file.bytes[place] == UInt8(ascii: "\"") else { throw fault("a string") }
    let start = place
    var content: [UInt8] = []
    place += 1
    while place < end {
      let byte = file.bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw file.fault(at: start, expected: "a string in UTF-8", found: "bytes that are not")
        }
        return text
      case UInt8(ascii: "\\"): content += Array(String(try escaped()).utf8)
      case 0..<0x20: throw file.fault(at: place - 1, expected: "an escape for a control character", found: "\(byte)")
      default: content.append(byte)
      }
    }
    throw file.fault(at: start, expected: "a string with its closing quote", found: "the end of the header")
  }

  /// The character of an escape, after its backslash.
  private mutating func escaped() throws(TapestryError) -> Unicode.Scalar {
    let letter = place < end ? file.bytes[place] : 0
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if (0xD800..<0xDC00).contains(code), place + 1 < end, file.bytes[place] == UInt8(ascii: "\\"),
        file.bytes[place + 1] == UInt8(ascii: "u")
      {
        place += 2
        let low = try codeUnit()
        if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault("a character before") }
      return scalar
    default:
      place = Swift.min(place - 1, end)
      throw fault("an escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(TapestryError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard place < end, let digit = Character(Unicode.Scalar(file.bytes[place])).hexDigitValue else {
        throw fault("a hexadecimal digit")
      }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }

  private mutating func takeIfNext(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard place < end, file.bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while place < end, [0x20, 0x0A, 0x0D, 0x09].contains(file.bytes[place]) { place += 1 }
  }

  private func fault(_ expected: String) -> TapestryError {
    let rest = file.bytes[Swift.min(place, end)..<end].prefix(12)
    return file.fault(
      at: place, expected: expected,
      found: rest.isEmpty ? "the end of the header" : "'\(String(decoding: rest, as: UTF8.self))'")
  }
}

/// A text as a JSON string, with its quotes.
func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\0"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
