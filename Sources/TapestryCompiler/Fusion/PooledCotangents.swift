import TapestryCore
import TapestryGraph

// Gradients of max pools that are made where they are read.
//
// The gradient of a max pool is as large as the image and zero but at the places the windows chose. Where the image is
// that of a convolution, nothing but the convolution's own gradients reads it: their kernels make the rows they are about
// to read, from what the pool's cotangent and the choices say, so it is never in memory, as the image itself was not
// (`joinPools`). Making it twice takes less time than writing and reading it once.

/// The gradients of max pools that have no kernel and no memory of their own.
struct PooledCotangents: Sendable {
  /// The most elements of a row: those a kernel makes at once at least.
  private static let longestRow = 1 << 15

  private let nodes: Set<Int>

  init() { nodes = [] }

  /// Finds those that nothing but gradients of convolutions reads, as their cotangent.
  init(_ graph: GraphStore, reachable: [Bool], roots: Set<Value>) {
    var nodes: Set<Int> = []
    for node in 0..<graph.count where reachable[node] {
      if graph.isOp(node, PoolScatter.self) {
        let image = graph.type(of: Value(node)).shape
        if image[2] * image[3] <= PooledCotangents.longestRow, !roots.contains(Value(node)) { nodes.insert(node) }
        continue
      }
      let place = PooledCotangents.cotangent(of: node, in: graph)
      for (number, operand) in graph.operands(of: node).enumerated() where number != place {
        nodes.remove(Int(operand.node))
      }
    }
    self.nodes = nodes
  }

  /// Which operand of a node is the cotangent of a convolution; nil for other nodes.
  private static func cotangent(of node: Int, in graph: GraphStore) -> Int? {
    if graph.isOp(node, ConvolutionInputGradient.self) { return 0 }
    return graph.isOp(node, ConvolutionFilterGradient.self) ? 1 : nil
  }

  func contains(_ node: Int) -> Bool { nodes.contains(node) }

  /// The one that the kernel of a node makes.
  func made(by node: Int, in graph: GraphStore) -> Int? {
    guard !nodes.isEmpty else { return nil }
    return graph.operands(of: node).lazy.map { Int($0.node) }.first { nodes.contains($0) }
  }

  /// What the kernel of a node reads: its operands, but in the place of one that it makes the cotangent that is made of,
  /// and the choices behind them all.
  func operands(of node: Int, in graph: GraphStore) -> [Value] {
    var operands = Array(graph.operands(of: node))
    guard let made = made(by: node, in: graph) else { return operands }
    operands[operands.firstIndex(of: Value(made))!] = graph.operand(0, of: made)
    return operands + [graph.operand(1, of: made)]
  }
}
