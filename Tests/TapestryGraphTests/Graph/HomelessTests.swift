import TapestryCore
import TapestryGraph
import Testing

/// Functions of lists that are given none: the fault reaches the graph that meets the result.
@Suite struct HomelessTests {
  @Test func anEmptyListIsDiagnosedWhereItsResultIsUsed() {
    let graph = Graph()
    let x = graph.input("x", [2])
    let y = concatenate([], file: "Main.swift", line: 7) + x
    #expect(y.isPoisoned && y.graph === graph)
    #expect(
      graph.diagnostics.map(\.description) == ["Main.swift:7: concatenate is given no tensors; give at least one"])
    graph.report("y", y)
    #expect(graph.diagnostics.count == 1)
  }

  @Test func andWhereItIsReported() {
    let graph = Graph()
    graph.report("s", stack([], file: "Main.swift", line: 9))
    #expect(graph.diagnostics.map(\.description) == ["Main.swift:9: stack is given no tensors; give at least one"])
  }

  @Test func anOpOfOnesOwnWithoutOperands() {
    let graph = Graph()
    let x = graph.input("x", [2])
    let z = Tensor.apply(Mine(), [], file: "Main.swift", line: 3)[0]
    #expect((x * z).isPoisoned)
    #expect(graph.diagnostics.count == 1)
    #expect(graph.diagnostics[0].message == "mine is given no tensors")
  }
}

private struct Mine: Op {
  static let name = "mine"
  static let summary = "Nothing."
  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] { operands }
  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] { operands }
}
