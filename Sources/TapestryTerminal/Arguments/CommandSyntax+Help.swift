extension CommandSyntax {
  /// The text of `--help`: usage, summary, arguments and options, in the order they were declared.
  public var help: String {
    var usage = "usage: " + name
    if !options.isEmpty { usage += " [options]" }
    for rule in positionals {
      let shown = rule.takesRest ? rule.name + "..." : rule.name
      usage += rule.isRequired ? " \(shown)" : " [\(shown)]"
    }
    var text = usage + "\n\n" + summary + "\n"
    if !positionals.isEmpty {
      text += "\narguments:\n" + Self.aligned(positionals.map { ($0.name, $0.help) })
    }
    let shown = options.map { ($0.placeholder.map { " " + $0 } ?? "", $0) }.map { ($1.name + $0, $1.help) }
    return text + "\noptions:\n" + Self.aligned(shown + [("--help, -h", "show this text")])
  }

  /// Lines of a name and what it means, the meanings under each other.
  static func aligned(_ lines: [(name: String, help: String)]) -> String {
    let width = lines.map { displayWidth(of: $0.name) }.max() ?? 0
    return lines.map { line in
      "  " + line.name + String(repeating: " ", count: width - displayWidth(of: line.name) + 2) + line.help + "\n"
    }.joined()
  }
}
