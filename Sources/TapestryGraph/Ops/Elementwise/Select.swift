import TapestryCore

/// One of two elements, as a mask says.
package struct Select: ElementwiseOp {
  package static let name = "select"
  package static let summary = "x where the mask is true, y where it is false."
  package static let scalar = ScalarOp.select
  package static let samples = [
    OpSample(Select(), [SampleOperand([3, 5], .bool, in: 0...1), SampleOperand([3, 5]), SampleOperand([3, 5])]),
    OpSample(Select(), [SampleOperand([3, 1], .bool, in: 0...1), SampleOperand([]), SampleOperand([5])]),
    OpSample(Select(), [SampleOperand([4], .bool, in: 0...1), SampleOperand([0, 4]), SampleOperand([4])]),
  ]

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let zero = p.cotangent.scalar(0)
    return [
      nil,
      p.needs[1] ? select(p[0], p.cotangent, zero) : nil,
      p.needs[2] ? select(p[0], zero, p.cotangent) : nil,
    ]
  }
}

extension OpCatalogue {
  static let selection: [any ElementwiseOp.Type] = [Select.self]
}

/// `x` where the mask is true, `y` where it is false; the three broadcast, `x` and `y` have one type.
///
/// The side not taken gets a gradient of 0, but a factor of infinity on its way still makes that not-a-number: keep
/// the argument of the other side harmless, as in `select(x .> 0, log(select(x .> 0, x, 1)), 0)`.
public func select(
  _ mask: Tensor, _ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  mask.graph.record(Select(), [mask, x, y], at: SourcePlace(file, line))[0]
}

/// `x` where the mask is true, a number where it is false.
public func select(
  _ mask: Tensor, _ x: Tensor, _ y: some TensorScalar, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  select(mask, x, x.scalar(y.scalarValue), file: file, line: line)
}

/// A number where the mask is true, `y` where it is false.
public func select(
  _ mask: Tensor, _ x: some TensorScalar, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  select(mask, y.scalar(x.scalarValue), y, file: file, line: line)
}
