import TapestryCore
import TapestryGraph

/// What is known while compiling.
///
/// An op on constants is run once, by its reference meaning, when the result is no larger than
/// `RewriteOptions.largestFolded` and the work is small. A broadcast is left alone: the number it repeats is all there is
/// to know of it. An op that throws (an index out of range) is left to fail when the program runs.
enum FoldRules {
  /// The most arithmetic that is done while compiling, for one node.
  private static let mostFlops = 1 << 22

  static let all: [Rule] = [
    Rule("an op on constants is a constant", where: { $0 != Broadcast.self }, .exact) { m in
      guard m.hasConstantsOnly, m.op.resultCount == 1, m.shape.count <= m.options.largestFolded else { return nil }
      let arrays = (0..<m.operandCount).compactMap { m.constant($0) }
      guard m.op.flops(arrays.map(\.type), [m.type]) <= mostFlops, let value = try? m.op.evaluate(arrays).first else {
        return nil
      }
      return m.result.graph.constant(value)
    }
  ]
}
