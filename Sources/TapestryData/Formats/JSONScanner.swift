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

  private var cursor: HeaderCursor
  private var file: FileBytes { cursor.file }

  /// A scanner of the text in a range of a file, which must be inside.
  init(_ file: FileBytes, _ range: Range<Int>) { cursor = HeaderCursor(file, range) }

  /// The value of the whole text, which may be surrounded by blanks.
  mutating func document() throws(TapestryError) -> JSONValue {
    let value = try value(depth: 0)
    try cursor.finish()
    return value
  }

  private mutating func value(depth: Int) throws(TapestryError) -> JSONValue {
    cursor.skipBlanks()
    guard depth < JSONScanner.deepest else { throw cursor.fault("at most \(JSONScanner.deepest) levels of nesting") }
    let offset = cursor.place
    let content: JSONValue.Content
    switch cursor.next {
    case UInt8(ascii: "{"): content = .object(try members(depth: depth))
    case UInt8(ascii: "["): content = .array(try items(depth: depth))
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try number())
    default: throw cursor.fault("an object, an array, a string or a whole number")
    }
    return JSONValue(content: content, offset: offset)
  }

  private mutating func members(depth: Int) throws(TapestryError) -> [JSONValue.Member] {
    cursor.place += 1
    var members: [JSONValue.Member] = []
    var seen: Set<String> = []
    if cursor.takeIfNext("}") { return members }
    repeat {
      cursor.skipBlanks()
      let offset = cursor.place
      let name = try string()
      guard seen.insert(name).inserted else {
        throw file.fault(at: offset, expected: "each name once", found: jsonString(name) + " again")
      }
      try cursor.take(":")
      members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
    } while cursor.takeIfNext(",")
    guard cursor.takeIfNext("}") else { throw cursor.fault("',' or '}'") }
    return members
  }

  private mutating func items(depth: Int) throws(TapestryError) -> [JSONValue] {
    cursor.place += 1
    var items: [JSONValue] = []
    if cursor.takeIfNext("]") { return items }
    repeat { items.append(try value(depth: depth + 1)) } while cursor.takeIfNext(",")
    guard cursor.takeIfNext("]") else { throw cursor.fault("',' or ']'") }
    return items
  }

  private mutating func number() throws(TapestryError) -> Int {
    let start = cursor
    let (value, digits) = try cursor.number("a whole number")
    guard digits.count == 1 || digits.first != UInt8(ascii: "0") else {
      throw start.fault("a whole number below two to the power of 63")
    }
    return value
  }

  private mutating func string() throws(TapestryError) -> String {
    guard cursor.place < cursor.end, file.bytes[cursor.place] == UInt8(ascii: "\"") else {
      throw cursor.fault("a string")
    }
    let start = cursor.place
    var content: [UInt8] = []
    cursor.place += 1
    while cursor.place < cursor.end {
      let byte = file.bytes[cursor.place]
      cursor.place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw file.fault(at: start, expected: "a string in UTF-8", found: "bytes that are not")
        }
        return text
      case UInt8(ascii: "\\"): content += Array(String(try escaped()).utf8)
      case 0..<0x20:
        throw file.fault(at: cursor.place - 1, expected: "an escape for a control character", found: "\(byte)")
      default: content.append(byte)
      }
    }
    throw file.fault(at: start, expected: "a string with its closing quote", found: "the end of the header")
  }

  /// The character of an escape, after its backslash.
  private mutating func escaped() throws(TapestryError) -> Unicode.Scalar {
    let letter = cursor.next
    cursor.place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if (0xD800..<0xDC00).contains(code), cursor.place + 1 < cursor.end,
        file.bytes[cursor.place] == UInt8(ascii: "\\"),
        file.bytes[cursor.place + 1] == UInt8(ascii: "u")
      {
        cursor.place += 2
        let low = try codeUnit()
        if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      }
      guard let scalar = Unicode.Scalar(code) else { throw cursor.fault("a character before") }
      return scalar
    default:
      cursor.place = Swift.min(cursor.place - 1, cursor.end)
      throw cursor.fault("an escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(TapestryError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard cursor.place < cursor.end, let digit = Character(Unicode.Scalar(file.bytes[cursor.place])).hexDigitValue
      else {
        throw cursor.fault("a hexadecimal digit")
      }
      code = code << 4 | UInt32(digit)
      cursor.place += 1
    }
    return code
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
