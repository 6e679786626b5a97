import TapestryTerminal

/// The text in lines of at most `width` columns, broken at spaces; a longer word has a line of its own. Line breaks in
/// the text are kept.
package func wrapped(_ text: String, to width: Int) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
    var lines = [""]
    var used = 0
    for word in paragraph.split(separator: " ") {
      let length = displayWidth(of: String(word))
      if used > 0, used + 1 + length > width {
        lines.append("")
        used = 0
      }
      lines[lines.count - 1] += used > 0 ? " \(word)" : String(word)
      used += (used > 0 ? 1 : 0) + length
    }
    return lines
  }
}
