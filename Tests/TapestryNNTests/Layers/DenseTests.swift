import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct DenseTests {
  private let graph = Graph()

  private func evaluate(_ y: Tensor, _ feeds: [String: NDArray], _ state: [String: NDArray]) throws -> NDArray {
    try graph.validate()
    return try Interpreter(graph.snapshot).evaluate([y.value], inputs: feeds, state: state)[0]
  }

  @Test func itIsAProductPlusABias() throws {
    let y = dense(graph.input("x", [2, 3]), 2, in: graph.scope("layer"))
    let result = try evaluate(
      y, ["x": NDArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])],
      [
        "layer/weight": NDArray([1, 0, 0, 1, 1, 1] as [Float], shape: [3, 2]),
        "layer/bias": NDArray([10, 20] as [Float]),
      ])
    #expect(result.shape == [2, 2])
    #expect(result.doubles == [14, 25, 20, 31])
  }

  @Test func leadingAxesAreKept() throws {
    let x = NDArray(Array(stride(from: Float(0), to: 12, by: 1)))
    let y = dense(graph.input("x", [2, 3, 2]), 1, in: graph.scope("layer"), bias: false)
    let result = try evaluate(
      y, ["x": x.reshaped([2, 3, 2])], ["layer/weight": NDArray([1, 10] as [Float], shape: [2, 1])])
    #expect(result.shape == [2, 3, 1])
    #expect(result.doubles == [10, 32, 54, 76, 98, 120])
    #expect(graph.variable("layer/bias") == nil)
  }

  @Test func oneScopeSharesItsParameters() {
    let x = graph.input("x", [4, 3])
    #expect(dense(x, 2, in: graph.scope("layer")) == dense(x, 2, in: graph.scope("layer")))
    _ = dense(x, 5, in: graph.scope("layer"), file: "App/Main.swift", line: 7)
    #expect(graph.diagnostics.first?.code == .conflictingParameter)
    #expect(graph.diagnostics.first?.place?.description == "App/Main.swift:7")
  }

  @Test func anEmptyBatchIsLegal() throws {
    let y = dense(graph.input("x", [0, 3]), 2, in: graph.scope("layer"))
    let state = ["layer/weight": NDArray(zeros: [3, 2]), "layer/bias": NDArray(zeros: [2])]
    #expect(try evaluate(y, ["x": NDArray(zeros: [0, 3])], state).shape == [0, 2])
  }
}
