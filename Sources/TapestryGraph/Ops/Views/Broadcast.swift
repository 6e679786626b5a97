public import TapestryCore

/// The elements repeated to fill a wider shape.
package struct Broadcast: Op {
  package static let name = "broadcast"
  package static let summary = "The elements repeated along axes of extent 1, and new leading axes, to fill a shape."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Broadcast(shape: [4, 3]), [SampleOperand([3])]),
    OpSample(Broadcast(shape: [2, 3]), [SampleOperand([2, 1])]),
    OpSample(Broadcast(shape: [0, 3]), [SampleOperand([])]),
  ]

  package let shape: Shape
  package init(shape: Shape) { self.shape = shape }
  package var attributes: String { "to: \(shape)" }
  package var fusion: FusionClass { .view }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard shape.rank <= Shape.maximumRank else { throw .tooManyAxes(shape) }
    guard operands[0].shape.broadcast(with: shape) == shape else {
      throw OpFault(
        .shapeMismatch, "\(operands[0].shape) does not broadcast to \(shape)",
        remedy: "make the extents equal or 1, aligned at the last axis")
    }
    return [TensorType(operands[0].dtype, shape)]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent] }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let elements = BroadcastPlaces(from: operands[0].shape, to: shape).spread(operands[0])
    return [NDArray(shape, operands[0].dtype) { elements[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

extension Tensor {
  /// The elements repeated to fill a wider shape, by NumPy's rules.
  public func broadcast(to shape: Shape, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    if !isPoisoned, self.shape == shape { return self }
    return unary(Broadcast(shape: shape), file, line)
  }
}
