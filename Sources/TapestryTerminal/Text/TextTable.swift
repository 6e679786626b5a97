/// A table of text: a header, a rule, and rows in aligned columns.
///
/// ```swift
/// var table = TextTable([.left("model"), .right("nodes")])
/// table.add("digits-mlp", 128)
/// print(table)
/// ```
/// prints
/// ```
/// model       nodes
/// ----------  -----
/// digits-mlp    128
/// ```
public struct TextTable: Sendable, CustomStringConvertible {
  /// A column: its title and the side its cells are set to.
  public struct Column: Sendable, Hashable {
    package let title: String
    package let isRight: Bool

    /// A column set to the left, as for names.
    public static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
    /// A column set to the right, as for numbers.
    public static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
  }

  package private(set) var columns: [Column]
  package private(set) var rows: [[String]] = []

  /// An empty table of these columns.
  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row. Cells that are missing stay blank; cells beyond the columns get columns without a title.
  public mutating func add(_ cells: [String]) {
    while columns.count < cells.count { columns.append(.left("")) }
    rows.append(cells.map(withoutControls))
  }

  /// Adds a row of values as they describe themselves.
  public mutating func add(_ cells: any CustomStringConvertible...) { add(cells.map(\.description)) }

  /// The lines of the table, without spaces at their ends.
  public var lines: [String] {
    let titles = columns.map { withoutControls($0.title) }
    let widths = columns.indices.map { column in
      ([titles] + rows).map { column < $0.count ? displayWidth(of: $0[column]) : 0 }.max() ?? 0
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([titles, rule] + rows).map { line(of: $0, widths: widths) }
  }

  /// The table, one line after another, without a line break at its end.
  public var description: String { lines.joined(separator: "\n") }

  private func line(of cells: [String], widths: [Int]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - displayWidth(of: cell))
      return columns[column].isRight ? padding + cell : cell + padding
    }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
