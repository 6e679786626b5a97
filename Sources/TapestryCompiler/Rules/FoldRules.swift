import TapestryCore
import TapestryGraph

/// What is known while compiling.
enum FoldRules {
  static let all: [Rule] = [
    Rule("an op on constants is a constant", where: { _ in true }, .exact) { m in
      guard !m.operands.isEmpty, m.op.resultCount == 1, m.op.fusion != .view || m.type.shape.count == m.type(0).shape.count,
        m.shape.count <= m.options.largestFolded
      else { return nil }
      var arrays: [NDArray] = []
      for place in m.operands.indices {
        guard let array = m.constant(place) else { return nil }
        arrays.append(array)
      }
      guard let value = try? m.op.evaluate(arrays).first else { return nil }
      return m.result.graph.constant(value)
    }
  ]
}
