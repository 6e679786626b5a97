package import TapestryCore
import TapestryTerminal

/// What every notebook takes on its command line: `--seed`, `--epochs`, `--quick`, `--output`, and `--help`.
public struct NotebookOptions: Sendable, Hashable {
  /// The seed of all random numbers.
  public let seed: Int
  /// Passes over the data: as given, or fewer for a quick run.
  public let epochs: Int
  /// Whether a short run was asked for, to see that everything works.
  public let isQuick: Bool
  /// The directory files are written into.
  public let output: String

  /// What reading a command line gave.
  package enum Reading: Sendable, Hashable {
    case options(NotebookOptions)
    case help(String)
  }

  /// - Parameters:
  ///   - epochs: the default of `--epochs`, and what it is with `--quick`.
  /// - Throws: `usage` for a command line that is not understood.
  package static func read(
    _ arguments: [String], name: String, summary: String, epochs: (usual: Int, quick: Int)
  ) throws(TapestryError) -> Reading {
    var syntax = CommandSyntax(name, summary)
    let seed = syntax.option("--seed", "N", default: 42, help: "seed of all random numbers")
    let passes = syntax.option(
      "--epochs", "N", default: epochs.usual, in: 1...1_000_000, help: "passes over the data")
    let quick = syntax.flag("--quick", help: "a short run of \(epochs.quick) epochs, unless --epochs says otherwise")
    let output = syntax.option("--output", "DIR", default: name + "-output", help: "where files are written")
    switch try syntax.read(arguments) {
    case .help(let text): return .help(text)
    case .values(let values):
      let isShort = values[quick] && !values.isGiven(passes)
      return .options(
        NotebookOptions(
          seed: values[seed], epochs: isShort ? epochs.quick : values[passes], isQuick: values[quick],
          output: values[output]))
    }
  }
}
