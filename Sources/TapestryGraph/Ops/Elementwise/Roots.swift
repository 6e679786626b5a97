import TapestryCore

package struct SquareRoot: ElementwiseOp {
  package static let name = "sqrt"
  package static let summary = "The square root."
  package static let scalar = ScalarOp.squareRoot
  package static let sole: SquareRoot? = SquareRoot()
  package static let domain = 0.5...3.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * 0.5 / p.result] }
}

package struct ReciprocalSquareRoot: ElementwiseOp {
  package static let name = "rsqrt"
  package static let summary = "1 over the square root."
  package static let scalar = ScalarOp.reciprocalSquareRoot
  package static let sole: ReciprocalSquareRoot? = ReciprocalSquareRoot()
  package static let domain = 0.5...3.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * -0.5 * (p.result * p.result * p.result)] }
}

package struct Reciprocal: ElementwiseOp {
  package static let name = "reciprocal"
  package static let summary = "1 / x."
  package static let scalar = ScalarOp.reciprocal
  package static let sole: Reciprocal? = Reciprocal()
  package static let domain = 0.5...3.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [-p.cotangent * (p.result * p.result)] }
}

extension OpCatalogue {
  static let roots: [any ElementwiseOp.Type] = [SquareRoot.self, ReciprocalSquareRoot.self, Reciprocal.self]
}

/// The square root of each element. Float.
public func sqrt(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(SquareRoot(), file, line)
}

/// 1 over the square root of each element. Float.
public func rsqrt(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(ReciprocalSquareRoot(), file, line)
}

/// 1 / x, element by element. Float.
public func reciprocal(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Reciprocal(), file, line)
}
