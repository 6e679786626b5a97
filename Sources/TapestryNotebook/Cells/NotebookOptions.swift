public import TapestryCompiler
package import TapestryCore
import TapestryTerminal

/// An option that one notebook takes beside those every notebook has, such as `--data DIR`.
public struct NotebookOption: Sendable, Hashable {
  let name: String
  let placeholder: String
  let help: String

  /// An option with a value.
  ///
  /// - Parameters:
  ///   - name: as it is typed, `--text`.
  ///   - placeholder: what stands for the value in the help, `FILE`.
  ///   - help: a phrase that says what it means.
  public init(_ name: String, _ placeholder: String, help: String) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
  }

  /// `--data DIR`: a folder with data other than those built in.
  public static func data(_ help: String) -> NotebookOption { NotebookOption("--data", "DIR", help: help) }

  /// `--resume FILE`: a checkpoint to go on from.
  public static let resume = NotebookOption(
    "--resume", "FILE", help: "a checkpoint an earlier run wrote, to go on from there")
}

/// What a notebook was given on its command line: `--seed`, `--epochs`, `--quick`, `--threads`, `--output`, and options
/// of its own.
public struct NotebookOptions: Sendable, Hashable {
  /// The seed of all random numbers.
  public let seed: Int
  /// Passes over the data: as given, or fewer for a quick run.
  public let epochs: Int
  /// Whether a short run was asked for, to see that everything works.
  public let isQuick: Bool
  /// Threads of a run; nil for one a core.
  public let threads: Int?
  /// The directory files are written into.
  public let output: String
  private let own: [String: String]
  private let arguments: [String]

  /// The value of an option of the notebook's own, as it was declared; nil where it was not given.
  public subscript(_ name: String) -> String? { own[name] }

  /// How programs are to be run: with the threads that were asked for.
  public var programs: ProgramOptions { ProgramOptions(threads: threads) }

  /// What a page says of the run. Threads are left out, and where it went on from: they change no result.
  var settings: String {
    let given = own.keys.sorted().filter { $0 != "--resume" }.map { "\($0) \(own[$0] ?? "")" }
    return (["seed \(seed)", "\(epochs) epoch\(epochs == 1 ? "" : "s")"] + (isQuick ? ["a quick run"] : []) + given)
      .joined(separator: ", ")
  }

  /// The command that goes on from a checkpoint with the options of this run.
  func commandLine(of name: String, resuming checkpoint: String) -> String {
    var kept: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--resume" { _ = rest.popFirst() }
      if !argument.hasPrefix("--resume") { kept.append(argument) }
    }
    let words = kept + ["--resume", checkpoint]
    return "swift run -c release \(name) " + words.map(quotedForShell).joined(separator: " ")
  }

  /// What reading a command line gave.
  package enum Reading: Sendable, Hashable {
    case options(NotebookOptions)
    case help(String)
  }

  /// - Parameters:
  ///   - epochs: the default of `--epochs`, and what it is with `--quick`.
  ///   - own: the notebook's own options.
  /// - Throws: `usage` for a command line that is not understood.
  package static func read(
    _ arguments: [String], name: String, summary: String, epochs: (usual: Int, quick: Int),
    own: [NotebookOption] = []
  ) throws(TapestryError) -> Reading {
    var syntax = CommandSyntax(name, summary)
    let seed = syntax.option("--seed", "N", default: 42, help: "seed of all random numbers")
    let passes = syntax.option(
      "--epochs", "N", default: epochs.usual, in: 1...1_000_000, help: "passes over the data")
    let short = epochs.quick == 1 ? "1 epoch" : "\(epochs.quick) epochs"
    let quick = syntax.flag("--quick", help: "a short run of \(short), unless --epochs says otherwise")
    let threads = syntax.option(
      "--threads", "N", as: Int.self, in: 1...1024, help: "threads of a run (default one a core)")
    let output = syntax.option("--output", "DIR", default: name + "-output", help: "where files are written")
    let ownArguments = own.map { syntax.option($0.name, $0.placeholder, as: String.self, help: $0.help) }
    switch try syntax.read(arguments) {
    case .help(let text): return .help(text)
    case .values(let values):
      let isShort = values[quick] && !values.isGiven(passes)
      let given = zip(own, ownArguments).compactMap { option, argument in
        values[argument].map { (option.name, $0) }
      }
      return .options(
        NotebookOptions(
          seed: values[seed], epochs: isShort ? epochs.quick : values[passes], isQuick: values[quick],
          threads: values[threads], output: values[output], own: Dictionary(given) { $1 }, arguments: arguments))
    }
  }
}

/// A word as a shell takes it whole.
private func quotedForShell(_ word: String) -> String {
  let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,".contains($0)) }
  return isPlain && !word.isEmpty
    ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
