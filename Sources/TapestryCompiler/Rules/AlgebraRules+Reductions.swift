import TapestryCore
import TapestryGraph

// Reductions of reductions, and of broadcasts. The order of a sum is nobody's, so these reassociate within the bound of
// sums; largest and smallest are exact in any order.
extension AlgebraRules {
  static let reductions =
    merging(Sum.self, .reassociates) + merging(Product.self, .reassociates) + merging(Max.self, .exact)
    + merging(Min.self, .exact) + repeating(Max.self) + repeating(Min.self) + repeatedSums

  /// A reduction of a reduction is one over the axes of both.
  private static func merging<R: ReductionOp>(_ type: R.Type, _ soundness: Soundness) -> [Rule] {
    [
      Rule("a \(R.name) of a \(R.name) is one", on: type, soundness) { m in
        guard let inner = m.node(0, R.self), m.isSoleUse(0) else { return nil }
        let rank = inner.type(0).shape.rank
        let left = (0..<rank).filter { inner.op.keepsAxes || !inner.op.axes.contains($0) }
        let outer = m.op.axes.map { left[$0] }
        let axes = (0..<rank).filter { inner.op.axes.contains($0) || outer.contains($0) }
        return m.reduced(inner[0], R(axes: axes, keepsAxes: false)).reshape(m.shape)
      }
    ]
  }

  /// The extreme of equal elements is one of them.
  private static func repeating<R: ReductionOp>(_ type: R.Type) -> [Rule] {
    [
      Rule("a \(R.name) does not need the axes a broadcast repeats", on: type, .exact) { m in
        guard let wide = m.node(0, Broadcast.self), wide.shape.count > 0 else { return nil }
        return m.withoutRepeats(wide, m.op).map { R(axes: $0.axes, keepsAxes: true).applied($0.operand, m.shape) }
      }
    ]
  }

  private static let repeatedSums: [Rule] = [
    Rule("a sum over the axes a broadcast repeats is a product", on: Sum.self, .reassociates) { m in
      guard m.dtype.isFloat, let wide = m.node(0, Broadcast.self), wide.shape.count > 0,
        let rest = m.withoutRepeats(wide, m.op)
      else { return nil }
      return Sum(axes: rest.axes, keepsAxes: true).applied(rest.operand, m.shape) * Double(rest.repeats)
    }
  ]
}

extension Match {
  /// A reduced broadcast without the repetition: the narrow operand with every axis of the wide shape, those of the
  /// reduced axes that do not repeat, and how often each element was repeated along the others.
  fileprivate func withoutRepeats(
    _ wide: Match<Broadcast>, _ reduction: some ReductionOp
  ) -> (operand: Tensor, axes: [Int], repeats: Int)? {
    let narrow = wide.type(0).shape.padded(to: wide.shape.rank)
    let repeated = reduction.axes.filter { narrow[$0] == 1 && wide.shape[$0] != 1 }
    guard !repeated.isEmpty else { return nil }
    let extents = wide.shape.extents.indices.map { repeated.contains($0) ? 1 : wide.shape[$0] }
    let operand = wide[0].reshape(narrow).broadcast(to: Shape(extents))
    return (
      operand, reduction.axes.filter { !repeated.contains($0) }, repeated.reduce(1) { $0 * wide.shape[$1] }
    )
  }
}

extension ReductionOp {
  /// The reduction of a tensor under another shape of equal count.
  fileprivate func applied(_ tensor: Tensor, _ shape: Shape) -> Tensor {
    axes.isEmpty ? tensor.reshape(shape) : tensor.graph.record(self, [tensor])[0].reshape(shape)
  }
}
