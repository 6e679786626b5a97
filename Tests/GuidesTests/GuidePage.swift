import Foundation
import Testing

/// A page of the guides: text in which some blocks are made and not written.
///
/// A made block stands between a line `<!-- KIND ARGUMENTS | FILTER -->`, which no reader sees, and `<!-- end -->`.
struct GuidePage {
  /// What a block says of itself.
  struct Block: Equatable {
    let kind: String
    let argument: String
    let filters: [String]
  }

  let path: String
  let text: String

  init(_ path: String) throws {
    self.init(path, try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8))
  }

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }

  /// The lines, each with the block it was made by, if any.
  private var lines: [(line: Substring, block: Block?)] {
    var open: Block?
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line == "<!-- end -->" { open = nil }
      defer { if let begun = Block(line) { open = begun } }
      return (line, open)
    }
  }

  /// The page with every made block made anew; one for which there is nothing stays as it is.
  func remade(by make: (Block) throws -> String?) throws -> String {
    #expect(
      text.matches(of: /(?m)^<!-- (?!end)/).count == text.matches(of: /(?m)^<!-- end -->$/).count, "\(path): ends")
    var remade: [Substring] = []
    var isReplaced = false
    for (line, block) in lines {
      if block == nil { isReplaced = false }
      if !isReplaced { remade.append(line) }
      guard let begun = Block(line), let made = try make(begun) else { continue }
      remade.append(made[...])
      isReplaced = true
    }
    return remade.joined(separator: "\n")
  }

  /// The blocks in the order they stand in.
  var blocks: [Block] { lines.compactMap { Block($0.line) } }

  /// Lines that begin a fence of code or output by hand; commands to type, marked `sh`, are no such lines.
  var fencesByHand: [String] {
    var isInside = false
    return lines.compactMap { line, block in
      guard block == nil, line.hasPrefix("```") else { return nil }
      isInside.toggle()
      return isInside && line != "```sh" ? String(line) : nil
    }
  }

  /// The files that links lead to, from the root of the package.
  var links: [String] {
    text.matches(of: /\]\(([^)#\s]+)[^)]*\)/).map { String($0.1) }.filter { !$0.contains("://") }.map { link in
      var parts = path.split(separator: "/").dropLast()
      for part in link.split(separator: "/") where part != "." {
        if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
      }
      return parts.joined(separator: "/")
    }
  }
}

extension GuidePage.Block {
  init?(_ line: Substring) {
    guard let match = line.wholeMatch(of: /<!-- ([a-z]+)( [^|]*)?( \|.*)? -->/), match.1 != "end" else { return nil }
    kind = String(match.1)
    argument = (match.2 ?? "").trimmingCharacters(in: .whitespaces)
    filters = (match.3 ?? "").split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}

/// The package these tests belong to.
enum Repository {
  static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

  /// The paths of the files below a folder that end so, sorted.
  static func files(_ folder: String, _ ending: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    return (names?.allObjects as? [String] ?? []).filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }.sorted()
  }
}
