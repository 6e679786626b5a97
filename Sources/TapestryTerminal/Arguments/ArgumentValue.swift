/// A type an argument of a command can have: `Int`, `Double` or `String`.
public protocol ArgumentValue: Sendable, Comparable {
  /// What the text has to be, as it stands in messages: `a whole number`.
  static var argumentKind: String { get }
  /// The value a text stands for, nil where it stands for none.
  init?(argument text: String)
}

extension Int: ArgumentValue {
  /// What messages call the value.
  public static var argumentKind: String { "a whole number" }
  /// The value a text stands for.
  public init?(argument text: String) { self.init(text) }
}

extension Double: ArgumentValue {
  /// What messages call the value.
  public static var argumentKind: String { "a number" }
  /// The value a text stands for.
  public init?(argument text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    self = value
  }
}

extension String: ArgumentValue {
  /// What messages call the value.
  public static var argumentKind: String { "text" }
  /// The value a text stands for.
  public init?(argument text: String) { self = text }
}

/// The key of a declared argument; it asks ``ArgumentValues`` for the value given.
public struct Argument<Value: Sendable>: Sendable {
  let name: String
  let fallback: Value
}

/// The values read from a command line.
public struct ArgumentValues: Sendable {
  var given: [String: any Sendable] = [:]

  /// The value given for an argument, or its default.
  public subscript<Value>(_ argument: Argument<Value>) -> Value {
    given[argument.name] as? Value ?? argument.fallback
  }

  /// Whether the command line gave the argument, rather than leaving it to its default.
  public func isGiven<Value>(_ argument: Argument<Value>) -> Bool { given[argument.name] != nil }
}
