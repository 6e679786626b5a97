import TapestryCore
import TapestryGraph

// A reduction over an axis of extent 1 keeps every element. (Adding from +0 turns a -0 into +0, so for sums the sign of
// a zero may differ: such rules say `reassociates`.)
extension CanonicalRules {
  static let reductions =
    shortAxes(Sum.self, .reassociates) + shortAxes(Product.self, .exact)
    + shortAxes(Max.self, .exact) + shortAxes(Min.self, .exact)

  private static func shortAxes<R: ReductionOp>(_ type: R.Type, _ soundness: Soundness) -> [Rule] {
    [
      Rule("a \(R.name) over axes of extent 1 is a reshape", on: type, soundness) { m in
        let shape = m.type(0).shape
        return m.op.axes.allSatisfy { shape[$0] == 1 } ? m[0].reshape(m.shape) : nil
      },
      Rule("a \(R.name) drops axes only by a reshape", on: type, .exact) { m in
        let shape = m.type(0).shape
        let long = m.op.axes.filter { shape[$0] != 1 }
        guard long.count < m.op.axes.count, !long.isEmpty else { return nil }
        return m.reduced(m[0], R(axes: long, keepsAxes: m.op.keepsAxes)).reshape(m.shape)
      },
      Rule("a \(R.name) whose kept axes are dropped does not keep them", on: Reshape.self, .exact) { m in
        guard m.isSoleUse(0), let inner = m.node(0, R.self), inner.op.keepsAxes,
          m.shape == inner.type(0).shape.reducing(inner.op.axes, keepingAxes: false)
        else { return nil }
        return m.reduced(inner[0], R(axes: inner.op.axes, keepsAxes: false))
      },
    ]
  }
}

extension Match {
  /// A reduction of a tensor.
  func reduced(_ tensor: Tensor, _ reduction: some ReductionOp) -> Tensor {
    tensor.graph.record(reduction, [tensor])[0]
  }
}
