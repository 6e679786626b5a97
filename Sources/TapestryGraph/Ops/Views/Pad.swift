package import TapestryCore

/// The elements with a constant around them.
package struct Pad: Op {
  package static let name = "pad"
  package static let summary = "The elements with a constant before (low) and after (high) them along each axis."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Pad(low: [1, 0], high: [0, 2], value: 0), [SampleOperand([2, 3])]),
    OpSample(Pad(low: [2], high: [1], value: -1.5), [SampleOperand([0])]),
    OpSample(Pad(low: [], high: [], value: 3), [SampleOperand([])]),
  ]

  package let low: [Int]
  package let high: [Int]
  package let value: Double

  package init(low: [Int], high: [Int], value: Double) {
    self.low = low
    self.high = high
    self.value = value
  }

  package var attributes: String { "low: \(low) high: \(high)" + (value == 0 ? "" : " value: \(value)") }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let shape = operands[0].shape
    guard low.count == shape.rank, high.count == shape.rank else {
      throw OpFault(
        .axisOutOfRange, "\(low.count) and \(high.count) widths for the \(shape.rank) axes of \(shape)",
        remedy: "give a width before and one after for each axis")
    }
    guard (low + high).allSatisfy({ $0 >= 0 }) else {
      throw OpFault(
        .invalidAttribute, "widths \(low) and \(high) are not all 0 or more", remedy: "cut with `slice` instead")
    }
    return [TensorType(operands[0].dtype, widened(shape))]
  }

  private func widened(_ shape: Shape) -> Shape { Shape(shape.extents.indices.map { low[$0] + shape[$0] + high[$0] }) }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [slice(p.cotangent, starts: low, ends: low.indices.map { low[$0] + p[0].shape[$0] })]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let shape = widened(x.shape)
    return [
      NDArray(shape, x.dtype) { place in
        let index = shape.index(of: place)
        let inner = index.indices.map { index[$0] - low[$0] }
        let isInside = inner.indices.allSatisfy { inner[$0] >= 0 && inner[$0] < x.shape[$0] }
        return isInside ? x.double(at: x.shape.place(of: inner)) : value
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// The elements with a constant around them: `low` of them before and `high` after along each axis. Any type.
public func pad(
  _ x: Tensor, low: [Int], high: [Int], value: Double = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if !x.isPoisoned, low.count == x.rank, high.count == x.rank, (low + high).allSatisfy({ $0 == 0 }) { return x }
  return x.unary(Pad(low: low, high: high, value: value), file, line)
}

/// The elements with a constant before and after them along one axis. Any type.
public func pad(
  _ x: Tensor, axis: Int, low: Int = 0, high: Int = 0, value: Double = 0, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  guard let axis = x.checked(axis, of: "pad", file, line) else { return Tensor(x.graph, .poison) }
  var (lows, highs) = ([Int](repeating: 0, count: x.rank), [Int](repeating: 0, count: x.rank))
  (lows[axis], highs[axis]) = (low, high)
  return pad(x, low: lows, high: highs, value: value, file: file, line: line)
}
