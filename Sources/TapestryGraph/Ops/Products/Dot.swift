package import TapestryCore

/// What a product of matrices and a sum of such products have in common: operands are left and right factors in turn.
package protocol DotOp: Op {}

extension DotOp {
  package static var differentiability: Differentiability { .differentiable }
  package var fusion: FusionClass { .product }
}

/// The product of matrices, one for each index of the leading axes.
package struct Dot: DotOp {
  package static let name = "dot"
  package static let summary = "The matrix product of x [..., m, k] and y [..., k, n], batch by batch: [..., m, n]."
  package static let samples = [
    OpSample(Dot(), [SampleOperand([3, 4]), SampleOperand([4, 5])]),
    OpSample(Dot(), [SampleOperand([2, 3, 4]), SampleOperand([2, 4, 1])]),
    OpSample(Dot(), [SampleOperand([3, 0]), SampleOperand([0, 2])]),
  ]

  package init() {}

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let (x, y) = (operands[0], operands[1])
    guard x.dtype == y.dtype else {
      throw OpFault(
        .dtypeMismatch, "\(x.dtype) and \(y.dtype) do not mix", remedy: "cast one of them: `cast(x, to: .\(x.dtype))`")
    }
    guard x.dtype != .bool else {
      throw OpFault(.dtypeMismatch, "bool is not a type it takes", remedy: "cast the masks to a float type")
    }
    guard x.shape.rank >= 2, y.shape.rank >= 2 else {
      throw OpFault(
        .shapeMismatch, "shapes \(x.shape) and \(y.shape) are not both matrices",
        remedy: "add an axis of extent 1 with `reshape`")
    }
    let (m, k) = (x.shape[x.shape.rank - 2], x.shape[x.shape.rank - 1])
    let (l, n) = (y.shape[y.shape.rank - 2], y.shape[y.shape.rank - 1])
    guard k == l else {
      throw OpFault(.shapeMismatch, "inner extents \(k) and \(l) differ", remedy: Self.remedy(m, k, l, n))
    }
    let batch = x.shape.extents.dropLast(2)
    guard batch == y.shape.extents.dropLast(2) else {
      throw OpFault(
        .shapeMismatch, "leading axes \(Shape(Array(batch))) and \(Shape(Array(y.shape.extents.dropLast(2)))) differ",
        remedy: "broadcast one operand, or use `matmul`, which does")
    }
    return [TensorType(x.dtype, Shape(Array(batch) + [m, n]))]
  }

  /// The transpose that would make the product fit, where one would.
  private static func remedy(_ m: Int, _ k: Int, _ l: Int, _ n: Int) -> String {
    if k == n { return "transpose the second operand: `y.transpose()`" }
    if m == l { return "transpose the first operand: `x.transpose()`" }
    return "make the last extent of the first equal to the last but one of the second"
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [
      p.needs[0] ? dot(p.cotangent, p[1].transpose()) : nil,
      p.needs[1] ? dot(p[0].transpose(), p.cotangent) : nil,
    ]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let (x, y) = (operands[0], operands[1])
    let (m, k) = (x.shape[x.shape.rank - 2], x.shape[x.shape.rank - 1])
    let n = y.shape[y.shape.rank - 1]
    let shape = Shape(Array(x.shape.extents.dropLast(2)) + [m, n])
    let (left, right) = (x.doubles, y.doubles)
    return [
      NDArray(shape, x.dtype) { place in
        let (batch, row, column) = (place / (m * n), place / n % m, place % n)
        var total = 0.0
        for i in 0..<k {
          total += left[(batch * m + row) * k + i] * right[(batch * k + i) * n + column]
        }
        return x.dtype == .int32 ? Double(Int32(truncatingIfNeeded: Int(total))) : total
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    2 * results[0].shape.count * operands[0].shape.extents.last!
  }
}

/// The matrix product of `x` [..., m, k] and `y` [..., k, n] with equal leading axes: [..., m, n].
public func dot(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Dot(), y, file, line)
}

extension OpCatalogue {
  static let products: [any Op.Type] = [Dot.self, DotSum.self]
}
