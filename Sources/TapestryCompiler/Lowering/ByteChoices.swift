import TapestryCore
import TapestryGraph

// Choices of max pools kept as bytes.
//
// A max pool gives, beside its values, which tap of its window each came from, as an int32: the graph has no narrower
// type. What only the kernels of pooling read is known to nobody else, so it takes any form they agree on: a byte, where
// the window has few enough taps. That is a quarter of the memory, and of what the gradient reads of it.

extension ProgramGraph {
  /// Taps of a window at the most whose places fit into a byte beside the one for "none".
  private static let mostTaps = 255

  /// The choices that nothing but gathers and scatters of pooling reads, as their choice.
  func byteChoices(reachable: [Bool]) -> Set<Value> {
    var result: Set<Value> = []
    for node in 0..<store.count where reachable[node] {
      if let pool = store.op(of: node, as: MaxPool.self) {
        if pool.geometry.extents.reduce(1, *) <= ProgramGraph.mostTaps { result.insert(Value(node, 1)) }
        continue
      }
      let takesChoice = store.isOp(node, PoolGather.self) || store.isOp(node, PoolScatter.self)
      for (place, operand) in store.operands(of: node).enumerated() where !takesChoice || place == 0 {
        result.remove(operand)
      }
    }
    for root in roots { result.remove(root.value) }
    return result
  }
}
