import TapestryGraph
import TapestryTerminal

extension Report {
  /// A table as HTML.
  func html(_ table: TextTable) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      let items = table.columns.indices.map { column in
        let text = column < cells.count ? cells[column] : ""
        return "<\(tag)\(table.columns[column].isRight ? " class=\"number\"" : "")>\(xmlEscaped(text))</\(tag)>"
      }
      return "<tr>\(items.joined())</tr>\n"
    }
    let head = row(table.columns.map(\.title), "th")
    let body = table.rows.map { row($0, "td") }.joined()
    return "<div class=\"table\"><table>\n<thead>\(head)</thead>\n<tbody>\(body)</tbody>\n</table></div>\n"
  }

  /// The paragraphs of a prose, which empty lines part.
  func paragraphs(of prose: String) -> [String] {
    prose.split(separator: "\n", omittingEmptySubsequences: false).split { $0.allSatisfy(\.isWhitespace) }
      .map { $0.joined(separator: " ") }
  }

  /// A line of prose as HTML; what stands between backticks is code.
  func proseLine(_ text: String) -> String {
    let parts = xmlEscaped(text).split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else { return xmlEscaped(text) }
    return parts.enumerated().map { $0.offset % 2 == 1 ? "<code>\($0.element)</code>" : String($0.element) }.joined()
  }
}
