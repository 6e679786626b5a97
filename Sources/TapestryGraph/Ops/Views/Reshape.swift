public import TapestryCore

/// The same elements in row-major order under another shape.
package struct Reshape: Op {
  package static let name = "reshape"
  package static let summary = "The same elements in row-major order under another shape."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Reshape(shape: [3, 4]), [SampleOperand([2, 6])]), OpSample(Reshape(shape: []), [SampleOperand([1, 1])]),
    OpSample(Reshape(shape: [4, 0]), [SampleOperand([0, 3])]),
  ]

  package let shape: Shape
  package init(shape: Shape) { self.shape = shape }
  package var attributes: String { "to: \(shape)" }
  package var fusion: FusionClass { .view }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard shape.rank <= Shape.maximumRank else { throw .tooManyAxes(shape) }
    guard !shape.extents.contains(where: { $0 < 0 }) else {
      throw OpFault(
        .shapeMismatch, "\(shape) leaves more than one extent open, or has a negative one",
        remedy: "give extents of 0 or more; one may be left to `reshape` as -1")
    }
    guard shape.count == operands[0].shape.count else {
      throw OpFault(
        .shapeMismatch, "\(operands[0].shape.count) elements do not fill \(shape), which holds \(shape.count)",
        remedy: "keep the number of elements; one extent may be left to `reshape` as -1")
    }
    return [TensorType(operands[0].dtype, shape)]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent.reshape(p[0].shape)] }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] { [try operands[0].reshaped(shape)] }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

extension OpFault {
  static func tooManyAxes(_ shape: Shape) -> OpFault {
    OpFault(
      .shapeMismatch, "\(shape) has \(shape.rank) axes, more than \(Shape.maximumRank)",
      remedy: "join axes with `reshape`")
  }
}

extension Tensor {
  /// The same elements in row-major order under another shape; one extent may be -1 and is worked out.
  public func reshape(_ shape: Shape, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    guard !isPoisoned, shape.extents.filter({ $0 == -1 }).count == 1 else {
      return unary(Reshape(shape: shape), file, line)
    }
    let others = shape.extents.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
    let rest = others == 0 ? 0 : self.shape.count / others
    return unary(Reshape(shape: Shape(shape.extents.map { $0 == -1 ? rest : $0 })), file, line)
  }
}
