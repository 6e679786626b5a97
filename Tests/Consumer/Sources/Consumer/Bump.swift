import Tapestry

/// An op of one's own with attributes and a tile program: it fuses with its neighbours like a built-in one.
struct Bump: Op {
  let sharpness: Double

  static let name = "bump"
  static let summary = "x * sigmoid(sharpness * x), element by element."
  static let differentiability = Differentiability.differentiable

  var attributes: String { "sharpness: \(sharpness)" }
  var fusion: FusionClass { .elementwise }

  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count == 1, operands[0].dtype.isFloat else {
      throw OpFault(.dtypeMismatch, "it takes one float tensor", remedy: "cast it: `cast(x, to: .float32)`")
    }
    return operands
  }

  func pullback(_ p: Pullback) -> [Tensor?] {
    let gate = sigmoid(p[0] * sharpness)
    return [p.cotangent * (gate + sharpness * p[0] * gate * (1 - gate))]
  }

  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    return [
      NDArray(x.shape, x.dtype) { place in
        let value = x.double(at: place)
        return value / (1 + exponential(-sharpness * value))
      }
    ]
  }

  func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    let sharpness = builder.constant(sharpness, operands[0].dtype)
    let scaled = builder.apply(.multiply, operands[0], sharpness)
    let gate = builder.apply(.sigmoid, scaled)
    return builder.apply(.multiply, operands[0], gate)
  }

  func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 12 * results[0].shape.count }

  /// e to the power x by its series, after halving: the package imports no library of functions.
  private func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for n in 1...20 {
      term *= x / 1024 / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}

func bump(_ x: Tensor, sharpness: Double = 1.5, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  Tensor.apply(Bump(sharpness: sharpness), [x], file: file, line: line)[0]
}
