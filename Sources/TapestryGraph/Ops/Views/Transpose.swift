package import TapestryCore

/// The same elements with the axes in another order.
package struct Transpose: Op {
  package static let name = "transpose"
  package static let summary = "The axes in another order: axis i of the result is axis permutation[i] of x."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Transpose(permutation: [1, 0]), [SampleOperand([3, 4])]),
    OpSample(Transpose(permutation: [2, 0, 1]), [SampleOperand([2, 3, 4])]),
    OpSample(Transpose(permutation: []), [SampleOperand([])]),
  ]

  package let permutation: [Int]
  package init(permutation: [Int]) { self.permutation = permutation }
  package var attributes: String { "by: \(permutation)" }
  package var fusion: FusionClass { .view }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let shape = operands[0].shape
    guard permutation.sorted() == Array(shape.extents.indices) else {
      throw OpFault(
        .axisOutOfRange, "\(permutation) is not an order of the axes 0 ..< \(shape.rank)",
        remedy: "name each axis once")
    }
    return [TensorType(operands[0].dtype, Shape(permutation.map { shape[$0] }))]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent.transpose(inverse)] }

  /// The permutation that undoes this one.
  package var inverse: [Int] { permutation.indices.map { permutation.firstIndex(of: $0)! } }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let shape = Shape(permutation.map { x.shape[$0] })
    return [
      NDArray(shape, x.dtype) { place in
        let index = shape.index(of: place)
        return x.double(at: x.shape.place(of: inverse.map { index[$0] }))
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

extension Tensor {
  /// The axes in another order: axis `i` of the result is axis `permutation[i]`; without one, the last two swapped.
  public func transpose(
    _ permutation: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    var order = permutation ?? Array(0..<rank)
    if permutation == nil, rank >= 2 { order.swapAt(rank - 1, rank - 2) }
    return unary(Transpose(permutation: order.map { $0 < 0 ? $0 + rank : $0 }), file, line)
  }
}
