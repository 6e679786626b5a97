import TapestryCore

/// What a gradient rule is given: the op's operands and results, and the cotangents of its results.
public struct Pullback: Sendable {
  /// The operands of the op.
  public let operands: [Tensor]
  /// The results of the op.
  public let results: [Tensor]
  /// The cotangent of each result; `nil` for a result the loss does not use.
  public let cotangents: [Tensor?]
  /// Which operands lie on a path to what is asked for: cotangents of others are dropped.
  public let needs: [Bool]

  package init(operands: [Tensor], results: [Tensor], cotangents: [Tensor?], needs: [Bool]) {
    self.operands = operands
    self.results = results
    self.cotangents = cotangents
    self.needs = needs
  }

  /// The operand at a place.
  public subscript(operand: Int) -> Tensor { operands[operand] }
  /// The first result.
  public var result: Tensor { results[0] }
  /// The cotangent of the first result. Rules of ops with one result always have it.
  public var cotangent: Tensor { cotangents[0] ?? results[0].filled(with: 0) }
}
