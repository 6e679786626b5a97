import Foundation
import Guides
import TapestryCommand
import TapestryCompiler
import TapestryCore

/// Makes the blocks of the pages.
///
/// | block | what it makes |
/// |---|---|
/// | `swift NAME + NAME` | parts of the guides' code, one after the other |
/// | `prints NAME` | what a part printed |
/// | `tapestry ARGUMENTS` | what the command line prints |
/// | `notebook NAME ARGUMENTS` | what a notebook prints |
/// | `source PATH: START` | the declaration in a source file that starts so |
/// | `before PASS`, `after PASS` | the example of a pass |
/// | `rules PASS` | the rules of a pass and what each keeps |
/// | `picture FILE: ARGUMENTS` | what the command line draws, as a file in Docs/Pictures that the page shows |
/// | `table PAGE: START` | the table of another page whose first line starts so |
/// | `samples FILE: COMMAND: SAMPLES` | a PNG file a notebook leaves, run with the baseline kernels, kept in Docs/Pictures |
/// | `ops` | the op reference |
struct BlockMaker {
  /// Whether pages that are out of date are to be written.
  static let writes = ProcessInfo.processInfo.environment["TAPESTRY_WRITE_GUIDES"] != nil

  private let parts: [String: String]
  private let printed: [String: String]

  /// Reads the code and runs it once.
  init() throws {
    parts = try SourceParts(folders: ["Tests/Guides", "Tests/GuidesTests"]).parts
    let folder = FileManager.default.temporaryDirectory.appending(path: "guides-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try GuideRun(writingInto: folder.path)
    try run.addingAPass()
    printed = run.printed
  }

  /// The names of the parts.
  var partNames: [String] { parts.keys.sorted() }

  /// The text of a block; nil where this system cannot tell.
  func make(_ block: GuidePage.Block) throws -> String? {
    switch block.kind {
    case "swift":
      return fenced(try BlockMaker.names(block).map { try known($0, in: parts) }.joined(separator: "\n\n"), "swift")
    case "prints": return fenced(try filtered(known(block.argument, in: printed), block.filters))
    case "tapestry": return fenced(try filtered(output(of: block.argument), block.filters))
    case "notebook":
      return try notebook(block.argument) { _, printed in fenced(try filtered(printed, block.filters)) }
    case "source": return fenced(try declaration(block.argument), "swift")
    case "before": return fenced(try PassExample.of(block.argument).run().before)
    case "after": return fenced(try PassExample.of(block.argument).run().after)
    case "rules": return try rules(of: block.argument)
    case "picture": return try picture(block.argument)
    case "table": return try table(block.argument)
    case "samples": return try samples(block.argument)
    case "ops": return try OpReference().text
    default: throw Unknown("no block is made by '\(block.kind)'")
    }
  }

  /// The names of the parts that a block of code shows.
  static func names(_ block: GuidePage.Block) -> [String] {
    block.argument.components(separatedBy: " + ")
  }

  private func fenced(_ text: String, _ language: String = "") -> String {
    "```\(language)\n\(text.trimmingCharacters(in: .newlines))\n```"
  }

  private func known(_ name: String, in table: [String: String]) throws -> String {
    guard let text = table[name] else { throw Unknown("no part is called '\(name)'") }
    return text
  }

  private func output(of arguments: String) throws -> String {
    var (output, errors) = ("", "")
    let status = TapestryTool.run(arguments.split(separator: " ").map(String.init)) { text, isError in
      if isError { errors += text } else { output += text }
    }
    // A command shown to fail shows its error.
    return status == 0 ? output : errors
  }

  /// Runs an executable that is built beside the tests.
  ///
  /// - Parameters:
  ///   - level: the instruction set of the kernels; nil for the best of this machine.
  ///   - use: is given the folder of its files and what it printed.
  private func notebook(
    _ command: String, level: String? = nil, _ use: (URL, String) throws -> String
  ) throws -> String? {
    #if os(Linux)
      let words = command.split(separator: " ").map(String.init)
      let folder = FileManager.default.temporaryDirectory.appending(path: "notebook-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: words[0])
      process.arguments = words.dropFirst() + ["--output", folder.path]
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      if let level {
        process.environment = ProcessInfo.processInfo.environment.merging(["TAPESTRY_LEVEL": level]) { $1 }
      }
      try process.run()
      let printed = try pipe.fileHandleForReading.readToEnd() ?? Foundation.Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Unknown("'\(command)' failed") }
      return try use(folder, String(decoding: printed, as: UTF8.self))
    #else
      return nil
    #endif
  }

  /// The link to a picture, whose file must be what is drawn; when pages are written, it is written, too.
  private func picture(_ argument: String) throws -> String {
    let pieces = argument.components(separatedBy: ": ")
    guard pieces.count == 2 else { throw Unknown("no picture '\(argument)'") }
    let path = "Docs/Pictures/\(pieces[0])"
    let drawn = try output(of: pieces[1])
    let file = Repository.root.appending(path: path)
    if BlockMaker.writes { try drawn.write(to: file, atomically: true, encoding: .utf8) }
    let kept = try? String(contentsOf: file, encoding: .utf8)
    return kept.map { agree($0, drawn) } == true ? "![\(pieces[1])](\(path))" : "\(path) is out of date"
  }

  /// The link to samples a notebook leaves. They have the same bits on every x86-64 machine; on others they are left alone.
  private func samples(_ argument: String) throws -> String? {
    #if arch(x86_64)
      let pieces = argument.components(separatedBy: ": ")
      guard pieces.count == 3 else { throw Unknown("no samples '\(argument)'") }
      let path = "Docs/Pictures/\(pieces[0])"
      return try notebook(pieces[1], level: "baseline") { folder, _ in
        let drawn = try Foundation.Data(contentsOf: folder.appending(path: pieces[2]))
        let file = Repository.root.appending(path: path)
        if BlockMaker.writes { try drawn.write(to: file) }
        return try Foundation.Data(contentsOf: file) == drawn ? "![\(pieces[1])](\(path))" : "\(path) is out of date"
      }
    #else
      return nil
    #endif
  }

  /// A table of another page.
  private func table(_ argument: String) throws -> String {
    let pieces = argument.components(separatedBy: ": ")
    let text = try String(contentsOf: Repository.root.appending(path: pieces[0]), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("| " + pieces[1]) }
      .prefix { $0.hasPrefix("|") }
    guard pieces.count == 2, !lines.isEmpty else { throw Unknown("no table '\(argument)'") }
    return lines.joined(separator: "\n")
  }

  private func declaration(_ argument: String) throws -> String {
    let pieces = argument.components(separatedBy: ": ")
    let text = try String(contentsOf: Repository.root.appending(path: pieces[0]), encoding: .utf8)
    guard pieces.count == 2, let cut = SourceParts.declaration(of: pieces[1], in: text) else {
      throw Unknown("no declaration '\(argument)'")
    }
    return cut
  }

  /// The rules of a pass that belong to no pass before it, marked where they apply in its example.
  private func rules(of name: String) throws -> String {
    let example = try PassExample.of(name)
    let canonical = name == "canonicalize" ? [] : try PassExample.of("canonicalize").rules.map(\.name)
    let rules = example.rules.filter { !canonical.contains($0.name) }
    let hits = try example.run().hits
    let rows = rules.map { "| \($0.name)\(hits.contains($0.name) ? " (in the example)" : "") | \($0.soundness) |" }
    return (["| rule | keeps |", "|---|---|"] + rows).joined(separator: "\n")
  }

  /// Lines that are left: `first N`, `from START`, `until START` (that line excluded), `without notes` (what follows two
  /// spaces and `#`).
  private func filtered(_ text: String, _ filters: [String]) throws -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for filter in filters {
      let words = filter.split(separator: " ", maxSplits: 1).map(String.init)
      switch words[0] {
      case "first": lines = Array(lines.prefix(Int(words[1]) ?? 0))
      case "from": lines = Array(lines.drop { !$0.hasPrefix(words[1]) })
      case "until": lines = Array(lines.prefix { !$0.hasPrefix(words[1]) })
      case "without": lines = lines.map { line in line.firstRange(of: "  # ").map { line[..<$0.lowerBound] } ?? line }
      default: throw Unknown("no filter '\(filter)'")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A page that asks for something there is not.
  struct Unknown: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
