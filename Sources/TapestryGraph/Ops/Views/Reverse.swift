package import TapestryCore

/// The elements in the opposite order along some axes.
package struct Reverse: Op {
  package static let name = "reverse"
  package static let summary = "The elements in the opposite order along axes."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Reverse(axes: [1]), [SampleOperand([3, 4])]),
    OpSample(Reverse(axes: [0, 2]), [SampleOperand([2, 3, 4])]),
    OpSample(Reverse(axes: []), [SampleOperand([])]),
  ]

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }
  package var attributes: String { "axes: \(axes)" }
  package var fusion: FusionClass { .view }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[0].shape.check(axes: axes)
    return operands
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [reverse(p.cotangent, axes: axes)] }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    return [
      NDArray(x.shape, x.dtype) { place in
        var index = x.shape.index(of: place)
        for axis in axes { index[axis] = x.shape[axis] - 1 - index[axis] }
        return x.double(at: x.shape.place(of: index))
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// The elements in the opposite order along axes, all of them by default. Any type.
public func reverse(
  _ x: Tensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let rank = x.rank
  let counted = (axes ?? Array(0..<rank)).map { $0 < 0 && $0 >= -rank ? $0 + rank : $0 }
  return x.unary(Reverse(axes: counted.sorted()), file, line)
}
