package import TapestryCore

/// The sum of products of matrices, which are one kernel: no product is stored to be added to the next.
///
/// Recorded by the compiler in place of sums of ``Dot``. Operands: left and right of each product, in turn.
package struct DotSum: DotOp {
  package static let name = "dotSum"
  package static let summary =
    "The sum of the matrix products x0 y0 + x1 y1 and so on, batch by batch: [..., m, n]; inner extents may differ."
  package static let samples = [
    OpSample(DotSum(), [[3, 4], [4, 5], [3, 2], [2, 5]].map { SampleOperand($0) }),
    OpSample(
      DotSum(), [[2, 3, 4], [2, 4, 1], [2, 3, 1], [2, 1, 1], [2, 3, 0], [2, 0, 1]].map { SampleOperand($0) }),
  ]
  /// Products of one sum at most, so that what it reads need not all be alive at once.
  package static let mostProducts = 32

  package init() {}

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count >= 2, operands.count.isMultiple(of: 2) else {
      throw OpFault(
        .invalidAttribute, "\(operands.count) operands are no pairs", remedy: "give left and right of each product")
    }
    let first = try Dot().resultTypes(of: Array(operands[..<2]))
    for place in stride(from: 2, to: operands.count, by: 2) {
      let next = try Dot().resultTypes(of: Array(operands[place..<place + 2]))
      guard next == first else {
        throw OpFault(
          .shapeMismatch, "products \(first[0]) and \(next[0]) have no sum", remedy: "give all products one shape")
      }
    }
    return first
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    p.operands.indices.map { place in
      guard p.needs[place] else { return nil }
      return place.isMultiple(of: 2)
        ? dot(p.cotangent, p[place + 1].transpose()) : dot(p[place - 1].transpose(), p.cotangent)
    }
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let products = stride(from: 0, to: operands.count, by: 2).map { Dot().evaluate(Array(operands[$0..<$0 + 2]))[0] }
    let terms = products.map(\.doubles)
    let dtype = products[0].dtype
    return [
      NDArray(products[0].shape, dtype) { place in
        let total = terms.reduce(0) { $0 + $1[place] }
        return dtype == .int32 ? Double(Int32(truncatingIfNeeded: Int(total))) : total
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    stride(from: 0, to: operands.count, by: 2).reduce(0) {
      $0 + Dot().flops(Array(operands[$1..<$1 + 2]), results)
    }
  }
}
