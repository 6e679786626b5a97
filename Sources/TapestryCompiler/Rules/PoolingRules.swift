import TapestryCore
import TapestryGraph

/// Work on what pooling keeps instead of the image it came from.
///
/// The gradient of a max pool puts one element for each window into an image of zeros. What a relu before the pool lets
/// through, and the sum that is a bias's gradient, are known from the windows alone, which are fewer.
enum PoolingRules {
  static let all: [Rule] = [
    Rule("what a relu lets through of a pool's gradient is asked of the windows", on: Select.self, .exact) { m in
      guard m.isScalar(1, 0), let compare = m.node(0, LessEqual.self), compare.scalar(1) == 0,
        let scatter = m.node(2, PoolScatter.self), let pool = m.pool(scatter),
        let relu = pool.node(0, Select.self), relu[0] == m[0], relu.isScalar(1, 0), relu[2] == compare[0]
      else { return nil }
      // The place a window chose holds its largest, and a relu is 0 where its operand is not above 0.
      let isClosed = compare.rebuilt([pool.results[0], compare[1]])
      return scatter.rebuilt([m.rebuilt([isClosed, m[1], scatter[0]]), scatter[1]])
    },
    Rule("the sum of a pool's gradient is the sum over its windows", on: Sum.self, .reassociates) { m in
      guard m.op.axes.contains(1), m.op.axes.contains(2), let scatter = m.node(0, PoolScatter.self),
        m.pool(scatter) != nil
      else { return nil }
      return m.rebuilt([scatter[0]])
    },
  ]
}

extension Match {
  /// The pool whose choices a scatter follows, where they are such.
  fileprivate func pool(_ scatter: Match<PoolScatter>) -> Match<MaxPool>? {
    guard let pool = scatter.node(1, MaxPool.self), scatter[1] == pool.results[1],
      pool.op.geometry == scatter.op.geometry
    else { return nil }
    return pool
  }
}

extension Match<MaxPool> {
  /// The values and the choices.
  fileprivate var results: [Tensor] {
    (0..<2).map { Tensor(result.graph, Value(Int(result.value.node), $0)) }
  }
}
