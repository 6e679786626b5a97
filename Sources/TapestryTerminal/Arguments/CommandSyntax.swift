import TapestryCore

/// The arguments a command or a notebook takes: declared once, read by type, explained by `--help`.
///
/// ```swift
/// var syntax = CommandSyntax("digits-mlp", "Trains a classifier on handwritten digits.")
/// let seed = syntax.option("--seed", "N", default: 42, help: "seed of all random numbers")
/// let epochs = syntax.option("--epochs", "N", default: 20, in: 1...1000, help: "passes over the data")
/// let quick = syntax.flag("--quick", help: "a short run")
/// let arguments = syntax.readOrExit()
/// print(arguments[seed], arguments[epochs], arguments[quick])
/// ```
///
/// `--name value` and `--name=value` mean the same; where an option is given twice the last one counts; `--` ends the
/// options, and what follows it is positional even with a leading hyphen. `--help` and `-h` are always there.
public struct CommandSyntax: Sendable {
  /// The command's name as it is typed.
  public let name: String
  let summary: String
  var options: [OptionRule] = []
  var positionals: [PositionalRule] = []

  /// A command that takes no arguments yet.
  ///
  /// - Parameters:
  ///   - name: what is typed to run it.
  ///   - summary: one sentence that says what it does.
  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }

  /// Declares an option without a value, off unless given.
  public mutating func flag(_ name: String, help: String) -> Argument<Bool> {
    options.append(OptionRule(name: name, placeholder: nil, help: help, store: { _, _ in .success(true) }))
    return Argument(name: name, fallback: false)
  }

  /// Declares an option with a value and a default.
  ///
  /// - Parameters:
  ///   - name: as it is typed, `--epochs`.
  ///   - placeholder: what stands for the value in the help, `N`.
  ///   - range: the values allowed; nil allows all.
  ///   - help: a phrase that says what it means.
  public mutating func option<Value: ArgumentValue>(
    _ name: String, _ placeholder: String, default fallback: Value, in range: ClosedRange<Value>? = nil, help: String
  ) -> Argument<Value> {
    let shown = "\(fallback)"
    options.append(
      OptionRule(
        name: name, placeholder: placeholder, help: help + (shown.isEmpty ? "" : " (default \(shown))"),
        store: { text, _ in convert(text, to: Value.self, in: range).map { $0 } }))
    return Argument(name: name, fallback: fallback)
  }

  /// Declares an option with a value and no default: nil unless given.
  public mutating func option<Value: ArgumentValue>(
    _ name: String, _ placeholder: String, as type: Value.Type, in range: ClosedRange<Value>? = nil, help: String
  ) -> Argument<Value?> {
    options.append(
      OptionRule(
        name: name, placeholder: placeholder, help: help,
        store: { text, _ in convert(text, to: type, in: range).map { Optional($0) } }))
    return Argument(name: name, fallback: nil)
  }

  /// Declares an option whose value is one of a few words.
  public mutating func choice(
    _ name: String, _ placeholder: String, default fallback: String, of words: [String], help: String
  ) -> Argument<String> {
    options.append(
      OptionRule(
        name: name, placeholder: placeholder,
        help: "\(help): \(words.joined(separator: ", ")) (default \(fallback))",
        store: { text, _ in
          guard !words.contains(text) else { return .success(text) }
          let suggestion = nearest(to: text, in: words).map { "did you mean '\($0)'? " } ?? ""
          return .failure(
            Mismatch(expected: "one of \(words.joined(separator: ", "))", suggestion: suggestion))
        }))
    return Argument(name: name, fallback: fallback)
  }

  /// Declares an option whose values are separated by commas; given again, it adds to them.
  public mutating func list<Value: ArgumentValue>(
    _ name: String, _ placeholder: String, of type: Value.Type, in range: ClosedRange<Value>? = nil, help: String
  ) -> Argument<[Value]> {
    options.append(
      OptionRule(
        name: name, placeholder: placeholder + ",...", help: help,
        store: { text, before in
          var values = before as? [Value] ?? []
          for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch convert(String(piece), to: type, in: range) {
            case .success(let value): values.append(value)
            case .failure(let mismatch): return .failure(mismatch.betweenCommas)
            }
          }
          return .success(values)
        }))
    return Argument(name: name, fallback: [])
  }

  /// Declares an option with two values, `--diff A B`: nil unless given.
  public mutating func pair(
    _ name: String, _ first: String, _ second: String, help: String
  ) -> Argument<[String]?> {
    var rule = OptionRule(
      name: name, placeholder: "\(first) \(second)", help: help,
      store: { text, before in
        let values = before as? [String] ?? []
        return .success(values.count == 1 ? values + [text] : [text])
      })
    rule.valueCount = 2
    options.append(rule)
    return Argument(name: name, fallback: nil)
  }

  /// Declares the next positional argument, which must be given.
  public mutating func positional(_ placeholder: String, help: String) -> Argument<String> {
    positionals.append(PositionalRule(name: placeholder, help: help, isRequired: true, takesRest: false))
    return Argument(name: placeholder, fallback: "")
  }

  /// Declares the next positional argument, which has a default.
  public mutating func positional(
    _ placeholder: String, default fallback: String, help: String
  ) -> Argument<String> {
    let shown = fallback.isEmpty ? help : "\(help) (default \(fallback))"
    positionals.append(PositionalRule(name: placeholder, help: shown, isRequired: false, takesRest: false))
    return Argument(name: placeholder, fallback: fallback)
  }

  /// Declares that all further positional arguments are taken, none or many.
  public mutating func rest(_ placeholder: String, help: String) -> Argument<[String]> {
    positionals.append(PositionalRule(name: placeholder, help: help, isRequired: false, takesRest: true))
    return Argument(name: placeholder, fallback: [])
  }
}

/// What an option is called and how its text becomes a value.
struct OptionRule: Sendable {
  let name: String
  /// What stands for the value; nil for a flag.
  let placeholder: String?
  let help: String
  /// Makes the value of a text and of the value an earlier occurrence gave.
  let store: @Sendable (_ text: String, _ before: (any Sendable)?) -> Result<any Sendable, Mismatch>
  /// How many values follow it, each stored in turn.
  var valueCount = 1
}

/// A place on the command line without a name.
struct PositionalRule: Sendable {
  let name: String
  let help: String
  let isRequired: Bool
  let takesRest: Bool
}

/// Why a text is not a value.
struct Mismatch: Error {
  let expected: String
  var suggestion = ""

  /// The mismatch of one value of a list.
  var betweenCommas: Mismatch { Mismatch(expected: expected + " between commas", suggestion: suggestion) }
}

private func convert<Value: ArgumentValue>(
  _ text: String, to type: Value.Type, in range: ClosedRange<Value>?
) -> Result<Value, Mismatch> {
  let value = Value(argument: text)
  if let value, range?.contains(value) ?? true { return .success(value) }
  return .failure(
    Mismatch(expected: Value.argumentKind + (range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")))
}
