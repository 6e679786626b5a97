public import TapestryCore

/// Why an op does not take its operands: what the rules of an op throw. The graph adds op, operands, scope and place.
public struct OpFault: Error, Sendable {
  /// The kind of fault.
  public let code: TapestryError.Code
  /// One phrase that shows what differs.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// A fault; the remedy is a phrase that says what to do.
  public init(_ code: TapestryError.Code, _ message: String, remedy: String) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

/// A fault found while a graph was built, kept until it is compiled.
package typealias Diagnostic = TapestryError
