import Foundation

/// Cuts pieces out of sources.
struct SourceParts {
  /// The lines of each part of the guides' code, by its name.
  let parts: [String: String]

  /// The parts marked in the files of some folders.
  init(folders: [String]) throws {
    var parts: [String: String] = [:]
    for file in folders.flatMap({ Repository.files($0, ".swift") }) {
      let text = try String(contentsOf: Repository.root.appending(path: file), encoding: .utf8)
      parts.merge(SourceParts.marked(in: text)) { _, _ in fatalError("two parts of one name in \(file)") }
    }
    self.parts = parts
  }

  /// The lines behind each `mark("name")`, up to the next mark, a line `// end` or the end of the braces around it.
  static func marked(in text: String) -> [String: String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var parts: [String: String] = [:]
    for (place, line) in lines.enumerated() {
      guard let match = line.wholeMatch(of: #/( *)(?:// )?mark\("(.*)"\)/#) else { continue }
      let indent = match.1.count
      let rest = lines[(place + 1)...].prefix { line in
        let trimmed = line.drop { $0 == " " }
        let isInside = trimmed.isEmpty || line.count - trimmed.count >= indent
        return isInside && trimmed != "// end" && line.wholeMatch(of: #/( *)(?:// )?mark\("(.*)"\)/#) == nil
      }
      parts[String(match.2)] = dedented(rest, by: indent)
    }
    return parts
  }

  /// The declaration that begins with the line that starts so, up to the line that closes it, with its comment.
  static func declaration(of start: String, in text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    func indent(_ line: Substring) -> Int { line.count - line.drop { $0 == " " }.count }
    guard let first = lines.firstIndex(where: { $0.drop { $0 == " " }.hasPrefix(start) }) else { return nil }
    let comments = lines[..<first].reversed().prefix { $0.drop { $0 == " " }.hasPrefix("///") }.count
    let last = lines[(first + 1)...].firstIndex { indent($0) <= indent(lines[first]) && !$0.isEmpty } ?? first
    let text = dedented(lines[(first - comments)...last], by: indent(lines[first]))
    return text.hasSuffix(",") ? String(text.dropLast()) : text
  }

  private static func dedented(_ lines: ArraySlice<Substring>, by indent: Int) -> String {
    lines.map { $0.dropFirst(indent) }.joined(separator: "\n").trimmingCharacters(in: .newlines)
  }
}
