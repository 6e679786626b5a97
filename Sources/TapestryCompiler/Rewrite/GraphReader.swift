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

  /// A node with its op.
  func match(_ tensor: Tensor) -> Match<any Op> {
    reads += 1
    return Match(op: graph.withStore { $0.op(of: Int(tensor.value.node)) }, result: tensor, reader: self)
  }

  /// A node with its op, where that is of a type.
  func match<Other: Op>(_ tensor: Tensor, _ other: Other.Type) -> Match<Other>? {
    reads += 1
    let node = Int(tensor.value.node)
    let op = graph.withStore { $0.op(of: node, as: other) }
    return op.map { Match(op: $0, result: tensor, reader: self) }
  }

  /// The operands of a node.
  func operands(of tensor: Tensor) -> [Tensor] {
    graph.withStore { Array($0.operands(of: Int(tensor.value.node))) }.map { Tensor(graph, $0) }
  }

  /// How many operands a node has.
  func operandCount(of tensor: Tensor) -> Int { graph.withStore { Int($0.nodes[Int(tensor.value.node)].operandCount) } }

  /// One operand of a node.
  func operand(_ place: Int, of tensor: Tensor) -> Tensor {
    Tensor(graph, graph.withStore { $0.operand(place, of: Int(tensor.value.node)) })
  }

  /// The interned number of a node's op.
  func opNumber(of node: Int) -> Int {
    reads += 1
    return graph.withStore { Int($0.nodes[node].op) }
  }

  /// The first operand of a node that something holds for.
  func operand(of node: Int, where holds: (Value) -> Bool) -> Value? {
    graph.withStore { $0.operands(of: node).first(where: holds) }
  }

  /// Whether the op of an operand of a node is of a type.
  func hasOperand(of tensor: Tensor, _ other: any Op.Type) -> Bool {
    graph.withStore { store in
      let operands = store.operands(of: Int(tensor.value.node))
      reads += operands.count
      return operands.contains { store.isOp(Int($0.node), other) }
    }
  }

  /// Whether a node has operands, and all are constants.
  func hasConstantsOnly(_ tensor: Tensor) -> Bool {
    graph.withStore { store in
      let operands = store.operands(of: Int(tensor.value.node))
      reads += operands.count
      return !operands.isEmpty && operands.allSatisfy { store.isOp(Int($0.node), ConstantOp.self) }
    }
  }

  /// The number a constant of one element holds, seen through views.
  func uniformValue(of tensor: Tensor) -> Double? {
    graph.withStore { store in
      let (source, visited) = store.constantSource(of: Int(tensor.value.node))
      reads += visited
      return source.flatMap { store.scalar($0) }
    }
  }

  /// Whether an operand of a node is a constant array, or a constant of one element seen through views.
  func isConstant(_ place: Int, of tensor: Tensor) -> Bool {
    graph.withStore { store in
      let operand = Int(store.operand(place, of: Int(tensor.value.node)).node)
      let (source, visited) = store.constantSource(of: operand)
      reads += visited
      guard let source else { return false }
      return source == operand || store.scalar(source) != nil
    }
  }

  /// How often a node is used; 0 for one a rule has just made.
  func uses(of tensor: Tensor) -> Int {
    let node = Int(tensor.value.node)
    return node < useCounts.count ? Int(useCounts[node]) : 0
  }

  func addUses(_ count: Int32, of node: Int) {
    useCounts.add(count, at: node)
  }
}

extension [Int32] {
  /// Adds to an element, growing by zeros up to it.
  fileprivate mutating func add(_ amount: Int32, at place: Int) {
    while count <= place { append(0) }
    self[place] += amount
  }
}

extension GraphStore {
  /// The constant that a node is, or is a view of, and how many nodes were looked at to find it.
  fileprivate func constantSource(of node: Int) -> (source: Int?, visited: Int) {
    var (node, visited) = (node, 1)
    while nodes[node].fusion == .view,
      isOp(node, Broadcast.self) || isOp(node, Reshape.self) || isOp(node, Transpose.self)
    {
      node = Int(operand(0, of: node).node)
      visited += 1
    }
    return (nodes[node].fusion == .leaf && isOp(node, ConstantOp.self) ? node : nil, visited)
  }
}
