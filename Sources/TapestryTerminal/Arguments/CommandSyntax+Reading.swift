public import TapestryCore

extension CommandSyntax {
  /// What a command line asks for.
  public enum Reading: Sendable {
    /// To run with these values.
    case values(ArgumentValues)
    /// To show this help text.
    case help(String)
  }

  /// Reads a command line without the command's own name.
  ///
  /// - Throws: `usage` for an unknown option (with the nearest one), a missing value, a value that is not of the
  ///   option's type or outside its range, a missing or a surplus positional argument.
  public func read(_ arguments: some Sequence<String>) throws(TapestryError) -> Reading {
    try requireDistinctNames()
    var values = ArgumentValues()
    var loose: [String] = []
    var rest = Array(arguments)[...]
    // Help wins over every error before it, but not over an option's value or what follows `--`.
    var fault: TapestryError?
    while let argument = rest.popFirst() {
      if argument == "--" {
        loose += rest
        break
      }
      if argument == "--help" || argument == "-h" { return .help(help) }
      guard isOption(argument) else {
        loose.append(argument)
        continue
      }
      do throws(TapestryError) {
        try readOption(argument, &rest, into: &values)
      } catch {
        fault = fault ?? error
      }
    }
    if let fault { throw fault }
    try place(loose, into: &values)
    return .values(values)
  }

  /// Reads a command line, by default this process's; on `--help` prints the help to standard output and ends with
  /// status 0, on a wrong argument prints the error to standard error and ends with status 2.
  public func readOrExit(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> ArgumentValues {
    do throws(TapestryError) {
      switch try read(arguments) {
      case .values(let values): return values
      case .help(let text): exitShowing(text)
      }
    } catch {
      exitRefusing(error, in: name)
    }
  }

  /// A hyphen alone is a positional argument (standard input by custom), and so is a negative number.
  private func isOption(_ argument: String) -> Bool {
    argument.hasPrefix("-") && argument != "-" && Double(argument) == nil
  }

  private func readOption(
    _ argument: String, _ rest: inout ArraySlice<String>, into values: inout ArgumentValues
  ) throws(TapestryError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let rule = options.first(where: { $0.name == parts[0] }) else { throw unknownOption(parts[0]) }
    var texts: [String] = []
    if let placeholder = rule.placeholder {
      texts += parts.dropFirst()
      while texts.count < rule.valueCount, let next = rest.first, !isOption(next) {
        texts.append(next)
        rest.removeFirst()
      }
      guard texts.count == rule.valueCount else {
        let lack = texts.isEmpty ? "has no value" : "has one value and takes two"
        throw wrong("option '\(rule.name)' \(lack)", remedy: "write '\(rule.name) \(placeholder)'")
      }
    } else {
      guard parts.count == 1 else {
        throw wrong("option '\(rule.name)' takes no value, but '\(parts[1])' was given", remedy: "write '\(rule.name)'")
      }
      texts = [""]
    }
    for text in texts {
      switch rule.store(text, values.given[rule.name]) {
      case .success(let value): values.given[rule.name] = value
      case .failure(let mismatch):
        throw wrong(
          "option '\(rule.name)' takes \(mismatch.expected), not '\(text)'", remedy: mismatch.suggestion + seeHelp)
      }
    }
  }

  private func place(_ loose: [String], into values: inout ArgumentValues) throws(TapestryError) {
    var loose = loose[...]
    for rule in positionals {
      if rule.takesRest {
        values.given[rule.name] = Array(loose)
        loose = []
      } else if let value = loose.popFirst() {
        values.given[rule.name] = value
      } else if rule.isRequired {
        throw wrong("argument \(rule.name) is missing", remedy: "give \(rule.help); " + seeHelp)
      }
    }
    guard let surplus = loose.first else { return }
    let suggestion = nearest(to: surplus, in: options.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
    throw wrong("unexpected argument '\(surplus)'", remedy: suggestion + seeHelp)
  }

  private func unknownOption(_ option: String) -> TapestryError {
    let suggestion = nearest(to: option, in: options.map(\.name) + ["--help"]).map { "did you mean '\($0)'? " }
    return wrong("unknown option '\(option)'", remedy: (suggestion ?? "") + seeHelp)
  }

  private func requireDistinctNames() throws(TapestryError) {
    var seen: Set<String> = ["--help", "-h"]
    for name in options.map(\.name) + positionals.map(\.name) where !seen.insert(name).inserted {
      throw wrong("argument '\(name)' is declared twice", remedy: "give each argument of the command its own name")
    }
  }

  private var seeHelp: String { "`\(name) --help` lists what can be given" }

  private func wrong(_ message: String, remedy: String) -> TapestryError {
    TapestryError(.usage, message, remedy: remedy)
  }
}
