import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// What leaves a sum, and what does not.
@Suite struct LinearSumTests {
  private let graph = Graph()

  /// What the simplified program sums up.
  private func summed() throws -> [String] {
    var context = PassContext(verifies: true)
    let store = try PassPlan.standard.run(try ProgramGraph(tracing: graph), &context).store
    let operands = (0..<store.count).filter { store.op(of: $0) is Sum }.compactMap { store.operands(of: $0).first }
    return operands.map { store.line(of: Int($0.node)) }
  }

  /// A batch is summed five times: itself, its distances from the mean and their squares, the cotangent, and its
  /// product with the distances.
  @Test(arguments: [[3, 5, 7, 11], [2, 13, 29, 2], [33, 4]]) func gradientsOfABatchNormalization(
    _ extents: [Int]
  ) throws {
    let x = graph.input("x", Shape(extents)), channels = extents.last!
    let (scale, offset) = (graph.input("scale", [channels]), graph.input("offset", [channels]))
    let (mean, variance) = batchStatistics(x)
    let y = relu(batchNormalization(x, mean: mean, variance: variance, scale: scale, offset: offset))
    graph.report("y", y)
    let g = vectorJacobianProduct(of: [y], in: [x, scale, offset], with: [graph.input("dy", x.shape)])
    for (name, tensor) in zip(["x", "scale", "offset"], g) { graph.report("d " + name, tensor) }
    _ = try expectCompiledEqualsReference(graph, tolerance: 1e-4)
    // That of a bias before it is made of the same sums. It is 0 up to rounding, so it is not compared.
    graph.report("d bias", sum(g[0], over: Array(0..<extents.count - 1)))
    let lines = try summed()
    #expect(lines.count == 5, "\(lines)")
  }

  @Test func factorsAndTermsLeave() throws {
    let (x, y, c) = (graph.input("x", [4, 6]), graph.input("y", [4, 6]), graph.input("c", [6]))
    graph.report("z", sum(x * (c * y) + c, over: [0]))
    let lines = try summed()
    #expect(lines.count == 1 && lines[0].contains("= multiply(%0, %1) : float32[4, 6]"), "\(lines)")
    _ = try expectCompiledEqualsReference(graph, tolerance: 1e-5)
  }

  @Test func whatVariesStays() throws {
    let (x, y, c) = (graph.input("x", [4, 6]), graph.input("y", [4, 6]), graph.input("c", [6]))
    graph.report("term", sum(x * c + y, over: [0]))
    graph.report("other axis", sum(x * c, over: [1]))
    let both = x * c
    graph.report("read twice", both)
    graph.report("its sum", sum(both, over: [0]))
    let before = try ProgramGraph(tracing: graph)
    var rewriter = Rewriter(AlgebraRules.linearSums, before)
    _ = try rewriter.run()
    #expect(rewriter.counts[0].hits == 0)
  }
}
