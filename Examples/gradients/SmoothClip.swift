import Tapestry

/// An op the library does not have, with a meaning and a gradient rule of its own: x / sqrt(1 + x²), between -1 and 1.
nonisolated struct SmoothClip: Op {
  /// What the rule is multiplied by; anything but 1 is a mistake, which the gradient check finds.
  let mistake: Double

  static let name = "smoothClip"
  static let summary = "x / sqrt(1 + x²), element by element."
  static let differentiability = Differentiability.differentiable

  var attributes: String { "mistake: \(mistake)" }

  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count == 1, operands[0].dtype.isFloat else {
      throw OpFault(.dtypeMismatch, "it takes one float tensor", remedy: "cast it: `cast(x, to: .float32)`")
    }
    return operands
  }

  /// The rule: the slope is (1 + x²) to the power -3/2. It is graph, so it can be differentiated again.
  func pullback(_ p: Pullback) -> [Tensor?] {
    let root = sqrt(1 + square(p[0]))
    return [p.cotangent * mistake / (root * root * root)]
  }

  /// The meaning, in plain Swift.
  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    return [
      NDArray(x.shape, x.dtype) { place in
        let value = x.double(at: place)
        return value / (1 + value * value).squareRoot()
      }
    ]
  }
}

nonisolated func smoothClip(_ x: Tensor, mistake: Double = 1) -> Tensor {
  Tensor.apply(SmoothClip(mistake: mistake), [x])[0]
}
