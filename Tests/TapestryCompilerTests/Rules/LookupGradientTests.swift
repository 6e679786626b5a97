import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Products beside embeddings are of as many rows as the table has, forward and back.
@Suite struct LookupGradientTests {
  private let graph = Graph()

  /// The rows that products of the simplified program are over or sum up: all that an embedding of a grid of indices,
  /// read in the other order, and a product need with their gradients.
  private func rowsOfProducts(table rows: Int, _ extents: [Int]) throws -> Set<Int> {
    let (table, weights) = (graph.input("table", [rows, 5]), graph.input("weights", [5, 9]))
    let places = graph.constant(NDArray(Shape(extents), .int32) { Double($0 * 7 % rows) })
    let words = gather(table, places).transpose([1, 0, 2]).reshape([extents[0] * extents[1], 5])
    let y = dot(words, weights)
    graph.report("y", y)
    let cotangent = graph.input("dy", y.shape)
    for (name, gradient) in zip(
      ["table", "weights"], vectorJacobianProduct(of: [y], in: [table, weights], with: [cotangent]))
    {
      graph.report("d " + name, gradient)
    }
    _ = try expectCompiledEqualsReference(graph, tolerance: 1e-5)
    var context = PassContext(verifies: true)
    let store = try PassPlan.standard.run(try ProgramGraph(tracing: graph), &context).store
    let products = (0..<store.count).filter { store.op(of: $0) is Dot }
    return Set(products.flatMap { store.operands(of: $0).flatMap { store.type(of: $0).shape.extents } })
      .subtracting([5, 9])
  }

  @Test(arguments: [[3, 8], [7, 4], [31, 2]]) func areOverTheTable(_ extents: [Int]) throws {
    #expect(try rowsOfProducts(table: 11, extents) == [11])
  }

  /// A table of more than half as many rows is not worth the sum.
  @Test func areOverTheRowsWhereThoseAreFew() throws {
    #expect(try rowsOfProducts(table: 23, [3, 8]) == [23, 24])
  }
}
