/// A DOT file as it is written: indented lines of statements whose texts are escaped.
///
/// DOT reads `\` as an escape and `"` as the end of a text; control characters cannot be shown. Everything that comes
/// from a user (names, paths, attributes) passes through `escaped`.
package struct DOTText {
  package private(set) var text = ""
  private var indentation = ""

  package init() {}

  /// Lines of a label, each escaped, broken where DOT breaks lines.
  package static func label(_ lines: [String]) -> String {
    lines.filter { !$0.isEmpty }.map(escaped).joined(separator: "\\n")
  }

  package static func escaped(_ text: String) -> String {
    var result = ""
    for character in oneLine(text).unicodeScalars {
      if character == "\\" || character == "\"" { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(character)
    }
    return result
  }

  /// The first lines of every drawing: its title and how nodes, edges and frames look unless they say otherwise.
  package mutating func begin(_ title: String) {
    open("digraph \"\(DOTText.escaped(title))\"")
    add("graph [rankdir=TB, fontname=\"Helvetica\", fontsize=11, style=rounded, newrank=true];")
    add("node [fontname=\"Helvetica\", fontsize=10, margin=\"0.1,0.05\", height=0.3, color=\"#37474f\"];")
    add("edge [fontname=\"Helvetica\", fontsize=8, color=\"#607d8b\", fontcolor=\"#455a64\", arrowsize=0.6];")
  }

  package mutating func open(_ line: String) {
    add(line + " {")
    indentation += "  "
  }

  package mutating func close() {
    indentation.removeLast(2)
    add("}")
  }

  package mutating func add(_ line: String) {
    text += indentation
    text += line
    text += "\n"
  }
}

extension String {
  /// The text cut to so many characters, with an ellipsis where it was cut.
  package func shortened(to length: Int) -> String { count > length ? prefix(length - 1) + "…" : self }
}
