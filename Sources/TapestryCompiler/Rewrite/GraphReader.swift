import TapestryCore
import TapestryGraph

/// The one accessor through which rules and the rewriter read nodes of the graph they build: it counts.
///
/// A reference type, because matches are handed to rules by value and all of them count on one counter.
final class GraphReader {
  let graph: Graph
  let options: RewriteOptions
  /// How many nodes were read.
  private(set) var reads = 0
  /// How many uses the nodes of the old graph that became this node had.
  private var useCounts: [Int32] = []

  init(_ graph: Graph, _ options: RewriteOptions) {
    self.graph = graph
    self.options = options
  }

  func type(of tensor: Tensor) -> TensorType { graph.withStore { $0.type(of: tensor.value) } }

  /// A node with its op and operands.
  func match(_ tensor: Tensor) -> Match<any Op> {
    reads += 1
    let (op, values) = graph.withStore { store in
      (store.op(of: Int(tensor.value.node)), Array(store.operands(of: Int(tensor.value.node))))
    }
    return Match(op: op, operands: values.map { Tensor(graph, $0) }, result: tensor, reader: self)
  }

  /// The interned number of a node's op, and its operands.
  func record(of node: Int) -> (op: Int, operands: [Value]) {
    reads += 1
    return graph.withStore { (Int($0.nodes[node].op), Array($0.operands(of: node))) }
  }

  /// The number a constant of one element holds, seen through views.
  func uniformValue(of tensor: Tensor) -> Double? {
    var value = tensor.value
    while true {
      reads += 1
      let (op, operand) = graph.withStore { store in
        (store.op(of: Int(value.node)), store.operands(of: Int(value.node)).first)
      }
      if let constant = op as? ConstantOp { return constant.array.count == 1 ? constant.array.double(at: 0) : nil }
      guard op is Broadcast || op is Reshape || op is Transpose, let operand else { return nil }
      value = operand
    }
  }

  /// How often a node is used; 0 for one a rule has just made.
  func uses(of tensor: Tensor) -> Int {
    let node = Int(tensor.value.node)
    return node < useCounts.count ? Int(useCounts[node]) : 0
  }

  func addUses(_ count: Int32, of node: Int) {
    while useCounts.count <= node { useCounts.append(0) }
    useCounts[node] += count
  }
}
