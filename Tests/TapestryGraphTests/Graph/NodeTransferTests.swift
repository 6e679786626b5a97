import TapestryCore
import TapestryGraph
import Testing

@Suite struct NodeTransferTests {
  /// Nodes that share ops, types and origins, and one with two results.
  private static func graph() -> Graph {
    let graph = Graph()
    let x = graph.input("x", [2, 3])
    let w = graph.scope("layer").parameter("w", [3], .ones)
    let (values, places) = sort(x * w)
    graph.report("y", tanh(values) * 2 + tanh(x) * 2)
    graph.report("places", places)
    return graph
  }

  @Test func aCopyHasTheNodesTypesAndOriginsOfItsSource() {
    let source = NodeTransferTests.graph().snapshot
    var transfer = NodeTransfer(from: source)
    // What is there before takes the first numbers.
    let other = Graph()
    _ = other.input("other", [7], .int32)
    var copy = other.snapshot
    for node in 0..<source.count {
      let operands = source.operands(of: node).map { Value(Int($0.node) + 1, Int($0.output)) }
      let made = copy.copy(node, operands, by: &transfer)
      #expect(made == node + 1)
      copy.copyOrigins(of: node, to: made, by: &transfer)
    }
    #expect(copy.count == source.count + 1)
    for node in 0..<source.count {
      #expect("\(copy.op(of: node + 1))" == "\(source.op(of: node))")
      #expect(copy.origins(of: node + 1) == source.origins(of: node))
      #expect(copy.nodes[node + 1].fusion == source.nodes[node].fusion)
      for output in 0..<source.resultCount(of: node) {
        #expect(copy.type(of: Value(node + 1, output)) == source.type(of: Value(node, output)))
      }
    }
  }

  @Test func anExpressionThatIsThereIsNotCopiedAgain() {
    let source = NodeTransferTests.graph().snapshot
    var transfer = NodeTransfer(from: source)
    var copy = source
    for node in 0..<source.count {
      #expect(copy.copy(node, Array(source.operands(of: node)), by: &transfer) == node)
    }
    #expect(copy.count == source.count)
    let product = (0..<source.count).first { source.isOp($0, Multiply.self) }!
    let swapped = copy.add(like: product, source.operands(of: product).reversed())
    #expect(swapped == source.count && copy.isOp(swapped, Multiply.self) && !copy.isOp(swapped, Add.self))
    #expect(copy.type(of: Value(swapped)) == source.type(of: Value(product)))
  }
}
