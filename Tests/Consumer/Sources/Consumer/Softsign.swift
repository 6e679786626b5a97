import Tapestry

/// An op of one's own with a reference meaning and a gradient rule, and no more: it runs as a call-out.
struct Softsign: Op {
  static let name = "softsign"
  static let summary = "x / (1 + |x|), element by element."
  static let differentiability = Differentiability.differentiable
  static let samples = [OpSample(Softsign(), [SampleOperand([3, 4], avoiding: [0])])]

  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count == 1, operands[0].dtype.isFloat else {
      throw OpFault(.dtypeMismatch, "it takes one float tensor", remedy: "cast it: `cast(x, to: .float32)`")
    }
    return operands
  }

  func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent / square(1 + abs(p[0]))] }

  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    return [
      NDArray(x.shape, x.dtype) { place in
        let value = x.double(at: place)
        return value / (1 + Swift.abs(value))
      }
    ]
  }
}

func softsign(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  Tensor.apply(Softsign(), [x], file: file, line: line)[0]
}
