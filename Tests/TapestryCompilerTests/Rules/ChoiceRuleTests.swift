import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Gradients of choices between a value and its multiple.
@Suite struct ChoiceRuleTests {
  /// Each side of a leaky relu gives a cotangent that is 0 where the other's is not: both are one choice.
  @Test(arguments: [[31, 17], [7, 3, 5]]) func theGradientOfALeakyReluIsOneChoice(_ extents: [Int]) throws {
    let graph = Graph()
    let x = graph.input("x", Shape(extents))
    let y = leakyRelu(x, slope: 0.2)
    graph.report("g", vectorJacobianProduct(of: [y], in: [x], with: [graph.input("dy", x.shape)])[0])
    let before = try ops(of: graph, PassPlan.standard.excluding("algebra"))
    let after = try ops(of: graph, .standard)
    #expect(before.count { $0 == "select" } == 2 && before.contains("add"))
    #expect(after.count { $0 == "select" } == 1 && !after.contains("add"))
    try expectCompiledEqualsReference(graph)
  }

  private func ops(of graph: Graph, _ plan: PassPlan) throws -> [String] {
    var context = PassContext(verifies: true)
    let program = try plan.run(try ProgramGraph(tracing: graph), &context)
    let reached = program.reachedNodes()
    return (0..<program.store.count).filter { reached[$0] }.map { type(of: program.store.op(of: $0)).name }
  }
}
