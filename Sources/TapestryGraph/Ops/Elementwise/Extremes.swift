import TapestryCore

/// The larger of two elements. Where they are equal each gets half of the cotangent.
package struct Maximum: ElementwiseOp {
  package static let name = "maximum"
  package static let summary = "The larger of x and y; not-a-number wins, and ties share the gradient."
  package static let scalar = ScalarOp.maximum
  package static let sole: Maximum? = Maximum()
  package func pullback(_ p: Pullback) -> [Tensor?] { shared(p, firstWins: p[0] .> p[1]) }
}

/// The smaller of two elements. Where they are equal each gets half of the cotangent.
package struct Minimum: ElementwiseOp {
  package static let name = "minimum"
  package static let summary = "The smaller of x and y; not-a-number wins, and ties share the gradient."
  package static let scalar = ScalarOp.minimum
  package static let sole: Minimum? = Minimum()
  package func pullback(_ p: Pullback) -> [Tensor?] { shared(p, firstWins: p[0] .< p[1]) }
}

/// The whole cotangent to the winner, a half to each where the operands are equal.
private func shared(_ p: Pullback, firstWins: Tensor) -> [Tensor?] {
  let zero = p.cotangent.scalar(0)
  let tied = select(p[0] .== p[1], p.cotangent * 0.5, zero)
  let first = select(firstWins, p.cotangent, tied)
  return [p.needs[0] ? first : nil, p.needs[1] ? p.cotangent - first : nil]
}

extension OpCatalogue {
  static let extremes: [any ElementwiseOp.Type] = [Maximum.self, Minimum.self]
}

/// The larger of two elements; not-a-number wins, and equal elements share the gradient. Float or int32.
public func maximum(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Maximum(), y, file, line)
}

/// The larger of each element and a number.
public func maximum(
  _ x: Tensor, _ y: some TensorScalar, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.binary(Maximum(), x.scalar(y.scalarValue), file, line)
}

/// The larger of a number and each element.
public func maximum(
  _ x: some TensorScalar, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  y.scalar(x.scalarValue).binary(Maximum(), y, file, line)
}

/// The smaller of two elements; not-a-number wins, and equal elements share the gradient. Float or int32.
public func minimum(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Minimum(), y, file, line)
}

/// The smaller of each element and a number.
public func minimum(
  _ x: Tensor, _ y: some TensorScalar, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.binary(Minimum(), x.scalar(y.scalarValue), file, line)
}

/// The smaller of a number and each element.
public func minimum(
  _ x: some TensorScalar, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  y.scalar(x.scalarValue).binary(Minimum(), y, file, line)
}
