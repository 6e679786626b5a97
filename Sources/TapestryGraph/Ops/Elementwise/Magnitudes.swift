import TapestryCore

/// |x|; its derivative at 0 is 0.
package struct Absolute: ElementwiseOp {
  package static let name = "abs"
  package static let summary = "|x|; the derivative at 0 is 0."
  package static let scalar = ScalarOp.absolute
  package static let sole: Absolute? = Absolute()
  package static let kinks = [0.0]
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * sign(p[0])] }
}

package struct Sign: ElementwiseOp {
  package static let name = "sign"
  package static let summary = "-1, 0 or 1 with the sign of x; zeros and not-a-number stay as they are."
  package static let scalar = ScalarOp.sign
  package static let sole: Sign? = Sign()
  package static let differentiability = Differentiability.zero
}

package struct Floor: ElementwiseOp {
  package static let name = "floor"
  package static let summary = "The greatest whole number not above x."
  package static let scalar = ScalarOp.floor
  package static let sole: Floor? = Floor()
  package static let differentiability = Differentiability.zero
}

package struct Ceil: ElementwiseOp {
  package static let name = "ceil"
  package static let summary = "The least whole number not below x."
  package static let scalar = ScalarOp.ceil
  package static let sole: Ceil? = Ceil()
  package static let differentiability = Differentiability.zero
}

package struct Round: ElementwiseOp {
  package static let name = "round"
  package static let summary = "The whole number nearest to x; halves go to the even one."
  package static let scalar = ScalarOp.round
  package static let sole: Round? = Round()
  package static let differentiability = Differentiability.zero
}

extension OpCatalogue {
  static let magnitudes: [any ElementwiseOp.Type] = [
    Negate.self, Absolute.self, Sign.self, Floor.self, Ceil.self, Round.self,
  ]
}

/// |x|, element by element; the derivative at 0 is 0. Float or int32.
public func abs(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Absolute(), file, line)
}

/// -1, 0 or 1 with the sign of each element; zeros and not-a-number stay as they are. Float or int32.
public func sign(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Sign(), file, line)
}

/// The greatest whole number not above each element; its gradient is zero. Float.
public func floor(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Floor(), file, line)
}

/// The least whole number not below each element; its gradient is zero. Float.
public func ceil(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Ceil(), file, line)
}

/// The whole number nearest to each element, halves to the even one; its gradient is zero. Float.
public func round(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Round(), file, line)
}
