import TapestryCore

package struct And: ElementwiseOp {
  package static let name = "and"
  package static let summary = "Whether both masks are true."
  package static let scalar = ScalarOp.and
  package static let sole: And? = And()
  package static let differentiability = Differentiability.zero
}

package struct Or: ElementwiseOp {
  package static let name = "or"
  package static let summary = "Whether one mask or the other is true, or both."
  package static let scalar = ScalarOp.or
  package static let sole: Or? = Or()
  package static let differentiability = Differentiability.zero
}

package struct ExclusiveOr: ElementwiseOp {
  package static let name = "xor"
  package static let summary = "Whether exactly one of two masks is true."
  package static let scalar = ScalarOp.xor
  package static let sole: ExclusiveOr? = ExclusiveOr()
  package static let differentiability = Differentiability.zero
}

package struct Not: ElementwiseOp {
  package static let name = "not"
  package static let summary = "Whether a mask is false."
  package static let scalar = ScalarOp.not
  package static let sole: Not? = Not()
  package static let differentiability = Differentiability.zero
}

extension OpCatalogue {
  static let logic: [any ElementwiseOp.Type] = [And.self, Or.self, ExclusiveOr.self, Not.self]
}

extension Tensor {
  /// Where both masks are true.
  public static func .& (x: Tensor, y: Tensor) -> Tensor { x.binary(And(), y) }
  /// Where one mask or the other is true, or both.
  public static func .| (x: Tensor, y: Tensor) -> Tensor { x.binary(Or(), y) }
  /// Where exactly one of two masks is true.
  public static func .^ (x: Tensor, y: Tensor) -> Tensor { x.binary(ExclusiveOr(), y) }
  /// Where a mask is false.
  public static prefix func .! (x: Tensor) -> Tensor { x.unary(Not()) }

  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "masks are joined element by element; write x .& y")
  public static func && (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "masks are joined element by element; write x .| y")
  public static func || (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a mask is inverted element by element; write .!x")
  public static prefix func ! (x: Tensor) -> Bool { false }
}
