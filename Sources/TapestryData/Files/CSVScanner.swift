import TapestryCore

/// Cuts comma-separated text into records and fields, as RFC 4180 describes and as files are really written.
///
/// One pass over the bytes. A field that begins with a quote runs to the closing quote and may hold separators, line
/// breaks and doubled quotes; any other field runs to the next separator or line end and is trimmed of blanks. Lines
/// end with a line feed, a carriage return, or both. A byte order mark at the beginning, blank lines, and a missing
/// line end after the last record are accepted. All else that a person would call broken is an error that names file,
/// line and column: text after a closing quote, a quote that is never closed, a record with more or fewer fields than
/// the first, bytes that are not UTF-8.
/// Bytes that structure the text are ASCII, and no byte of a longer UTF-8 sequence is, so no decoding is needed to cut.
struct CSVScanner {
  /// One line of values and the line of the file it begins on.
  struct Record {
    let line: Int
    let fields: [String]
  }

  private let bytes: [UInt8]
  private let file: String
  private let separator: UInt8
  private var place = 0
  private var line = 1

  init(_ bytes: [UInt8], file: String, separator: UInt8) {
    self.bytes = bytes
    self.file = file
    self.separator = separator
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// All records, each with as many fields as the first.
  mutating func records() throws(TapestryError) -> [Record] {
    var records: [Record] = []
    while let record = try next() {
      if let first = records.first, record.fields.count != first.fields.count {
        throw broken(
          at: record.line, column: Swift.min(record.fields.count, first.fields.count) + 1,
          expected: "\(first.fields.count) fields as on line \(first.line)", found: "\(record.fields.count)")
      }
      records.append(record)
    }
    return records
  }

  /// The next record that is not a blank line, nil at the end.
  private mutating func next() throws(TapestryError) -> Record? {
    while place < bytes.count, isLineEnd(bytes[place]) { skipLineEnd() }
    guard place < bytes.count else { return nil }
    let start = line
    var fields: [String] = []
    while true {
      fields.append(try field(column: fields.count + 1))
      guard place < bytes.count, bytes[place] == separator else { break }
      place += 1
    }
    if place < bytes.count { skipLineEnd() }
    return Record(line: start, fields: fields)
  }

  private mutating func field(column: Int) throws(TapestryError) -> String {
    while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    if place < bytes.count, bytes[place] == UInt8(ascii: "\"") { return try quotedField(column: column) }
    let start = place
    while place < bytes.count, bytes[place] != separator, !isLineEnd(bytes[place]) { place += 1 }
    var end = place
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return try text(bytes[start..<end], line: line, column: column)
  }

  private mutating func quotedField(column: Int) throws(TapestryError) -> String {
    let start = line
    var content: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        guard place < bytes.count, bytes[place] == byte else { return try closedField(content, start, column) }
      }
      if isLineEnd(byte) {
        let lineEnd = place
        skipLineEnd()
        content += bytes[lineEnd..<place]
      } else {
        content.append(byte)
        place += 1
      }
    }
    throw broken(at: start, column: column, expected: "a closing quote", found: "the end of the file")
  }

  private mutating func closedField(
    _ content: [UInt8], _ start: Int, _ column: Int
  ) throws(TapestryError) -> String {
    while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    guard place == bytes.count || bytes[place] == separator || isLineEnd(bytes[place]) else {
      let rest = bytes[place...].prefix(12).prefix { $0 != separator && !isLineEnd($0) }
      throw broken(
        at: line, column: column, expected: "a separator after the closing quote",
        found: "'\(String(decoding: rest, as: UTF8.self))'")
    }
    return try text(content[...], line: start, column: column)
  }

  private func text(_ content: ArraySlice<UInt8>, line: Int, column: Int) throws(TapestryError) -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw broken(at: line, column: column, expected: "text in UTF-8", found: "bytes that are not")
    }
    return text
  }

  private mutating func skipLineEnd() {
    let isPair = bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "\n")
    place += isPair ? 2 : 1
    line += 1
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
  }

  private func broken(at line: Int, column: Int, expected: String, found: String) -> TapestryError {
    TapestryError(
      .invalidFile, "column \(column): expected \(expected), found \(found)",
      remedy: "correct that line of the file", at: SourcePlace(file: file, line: line))
  }
}
