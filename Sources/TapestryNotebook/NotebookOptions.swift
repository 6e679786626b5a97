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
  ///   - name: as it is typed, `--data`.
  ///   - placeholder: what stands for the value in the help, `DIR`.
  ///   - help: a phrase that says what it means.
  public init(_ name: String, _ placeholder: String, help: String) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
  }
}

/// What a notebook was given on its command line: `--seed`, `--epochs`, `--quick`, `--output`, and options of its own.
public struct NotebookOptions: Sendable, Hashable {
  /// The seed of all random numbers.
  public let seed: Int
  /// Passes over the data: as given, or fewer for a quick run.
  public let epochs: Int
  /// Whether a short run was asked for, to see that everything works.
  public let isQuick: Bool
  /// The directory files are written into.
  public let output: String
  private let own: [String: String]

  /// The value of an option of the notebook's own, as it was declared; nil where it was not given.
  public subscript(_ name: String) -> String? { own[name] }

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
    let quick = syntax.flag("--quick", help: "a short run of \(epochs.quick) epochs, unless --epochs says otherwise")
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
          output: values[output], own: Dictionary(given) { $1 }))
    }
  }
}
