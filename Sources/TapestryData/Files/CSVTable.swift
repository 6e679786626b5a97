public import TapestryCore

/// A table read from comma-separated text: names of columns, and fields that are read as a type when asked for.
///
/// ```swift
/// let table = try CSVTable(path: "digits.csv")
/// let labels = try table.column("label", as: .int32)                        // int32[rows]
/// let pixels = try table.columns(table.names.dropLast(), as: .float32)       // float32[rows, 64]
/// let (kinds, kind) = try table.classes("kind")                              // ["cat", "dog"], int32[rows]
/// ```
///
/// A fault in the file is an `invalidFile` error that names file, line and column, what was expected there and what was
/// found.
public struct CSVTable: Sendable {
  /// The names of the columns: the header's, or `1`, `2`, ... without a header.
  public let names: [String]
  private let records: [CSVScanner.Record]
  private let source: String

  /// How many rows there are below the header.
  public var rowCount: Int { records.count }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - separator: the character between fields, an ASCII one.
  ///   - hasHeader: whether the first record holds the names of the columns.
  /// - Throws: `invalidFile` when the file cannot be read or its text is broken.
  public init(path: String, separator: Character = ",", hasHeader: Bool = true) throws(TapestryError) {
    try self.init(FileBytes(path: path), separator: separator, hasHeader: hasHeader)
  }

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: the comma-separated text.
  ///   - source: what errors call it.
  ///   - separator: the character between fields, an ASCII one.
  ///   - hasHeader: whether the first record holds the names of the columns.
  /// - Throws: `invalidFile` when the text is broken.
  public init(
    text: String, source: String = "text", separator: Character = ",", hasHeader: Bool = true
  ) throws(TapestryError) {
    try self.init(FileBytes(Array(text.utf8), name: source), separator: separator, hasHeader: hasHeader)
  }

  package init(_ file: FileBytes, separator: Character = ",", hasHeader: Bool = true) throws(TapestryError) {
    guard let separatorByte = separator.asciiValue, separator != "\"", !separator.isNewline else {
      throw TapestryError(
        .invalidAttribute, "'\(separator)' cannot separate fields",
        remedy: "give an ASCII character that is neither a quote nor a line break")
    }
    var scanner = CSVScanner(file.bytes, file: file.name, separator: separatorByte)
    let found = try scanner.records()
    guard let first = found.first else {
      throw TapestryError(
        .invalidFile, "expected \(hasHeader ? "a header" : "rows"), found nothing", remedy: "give a file with content",
        at: SourcePlace(file: file.name, line: 1))
    }
    source = file.name
    names = hasHeader ? first.fields : (1...first.fields.count).map(String.init)
    records = hasHeader ? Array(found.dropFirst()) : found
    var seen: Set<String> = []
    for (column, name) in names.enumerated() where !seen.insert(name).inserted {
      throw fault(first.line, column, expected: "a name no other column has", found: "'\(name)'")
    }
  }

  /// The fields of a column as they stand, quotes undone.
  ///
  /// - Throws: `unknownOutput` when there is no such column.
  public func text(_ name: String) throws(TapestryError) -> [String] {
    let column = try place(of: name)
    return records.map { $0.fields[column] }
  }

  /// A column as an array `dtype[rows]`.
  ///
  /// - Throws: `unknownOutput` when there is no such column, `invalidFile` for a field that is not of the type.
  public func column(_ name: String, as dtype: DType) throws(TapestryError) -> NDArray {
    try columns([name], as: dtype).reshaped([rowCount])
  }

  /// Columns side by side as an array `dtype[rows, columns]`.
  ///
  /// Numbers are finite decimals; Bools are `0`, `1`, `false` or `true`.
  ///
  /// - Throws: `unknownOutput` when there is no such column, `invalidFile` for a field that is not of the type.
  public func columns(_ names: some Sequence<String>, as dtype: DType) throws(TapestryError) -> NDArray {
    var places: [Int] = []
    for name in names { places.append(try place(of: name)) }
    var result = NDArray(zeros: [rowCount, places.count], dtype)
    var target = 0
    for record in records {
      for column in places {
        guard let value = number(record.fields[column], as: dtype) else {
          let field = record.fields[column]
          throw fault(
            record.line, column, expected: expectation(of: dtype), found: field.isEmpty ? "nothing" : "'\(field)'")
        }
        result.setDouble(value, at: target)
        target += 1
      }
    }
    return result
  }

  /// A column of names as classes: the distinct texts, sorted, and for each row the number of its own, `int32[rows]`.
  ///
  /// - Throws: `unknownOutput` when there is no such column.
  public func classes(_ name: String) throws(TapestryError) -> (names: [String], labels: NDArray) {
    let texts = try text(name)
    let names = Set(texts).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
    return (names, NDArray(texts.compactMap { numbers[$0] }))
  }

  private func place(of name: String) throws(TapestryError) -> Int {
    guard let place = names.firstIndex(of: name) else { throw unknownColumn(name, in: names, of: "'\(source)'") }
    return place
  }

  private func number(_ field: String, as dtype: DType) -> Double? {
    switch dtype {
    case .float32: Double(field).flatMap { Float($0).isFinite ? $0 : nil }
    case .float64: Double(field).flatMap { $0.isFinite ? $0 : nil }
    case .int32: Int32(field).map(Double.init)
    case .bool: ["0": 0, "1": 1, "false": 0, "true": 1][field.lowercased()]
    }
  }

  private func expectation(of dtype: DType) -> String {
    switch dtype {
    case .float32, .float64: "a finite \(dtype) number"
    case .int32: "a whole number of 32 bits"
    case .bool: "0, 1, false or true"
    }
  }

  /// The error for a field, its column counted from 0.
  private func fault(_ line: Int, _ column: Int, expected: String, found: String) -> TapestryError {
    TapestryError(
      .invalidFile, "column \(column + 1) ('\(names[column])'): expected \(expected), found \(found)",
      remedy: "correct that field of the file", at: SourcePlace(file: source, line: line))
  }
}
