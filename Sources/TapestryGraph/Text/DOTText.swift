/// A DOT file as it is written: indented lines of statements whose texts are escaped.
///
/// DOT reads `\` as an escape and `"` as the end of a text; control characters cannot be shown. Everything that comes
/// from a user (names, paths, attributes) passes through `escaped`.
struct DOTText {
  private(set) var text = ""
  private var indentation = ""

  /// Lines of a label, each escaped, broken where DOT breaks lines.
  static func label(_ lines: [String]) -> String {
    lines.filter { !$0.isEmpty }.map(escaped).joined(separator: "\\n")
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in oneLine(text).unicodeScalars {
      if character == "\\" || character == "\"" { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(character)
    }
    return result
  }

  mutating func open(_ line: String) {
    add(line + " {")
    indentation += "  "
  }

  mutating func close() {
    indentation.removeLast(2)
    add("}")
  }

  mutating func add(_ line: String) {
    text += indentation
    text += line
    text += "\n"
  }
}

extension String {
  /// The text cut to so many characters, with an ellipsis where it was cut.
  func shortened(to length: Int) -> String { count > length ? prefix(length - 1) + "…" : self }
}
