import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Normalisation layers against PyTorch's numbers: `Tests/Scripts/reference_norms.py`.
@Suite struct NormalizationReferenceTests {
  private func layer(
    _ name: String, mode: TracingMode = .training, _ body: @escaping @Sendable (Tensor, Scope) -> Tensor
  ) throws {
    try check(name, in: "norms", mode: mode) { inputs, scope, _ in inputs["x"].map { ["y": body($0, scope)] } ?? [:] }
  }

  @Test func batches() throws {
    try layer("batch 2 axes") { batchNormalization($0, in: $1, mode: .training) }
    try layer("batch images") { batchNormalization($0, in: $1, mode: .training) }
    try layer("batch nchw") { batchNormalization($0, in: $1, mode: .training, layout: .nchw) }
  }

  @Test func runningStatisticsMoveAtEachPass() throws {
    try layer("batch three passes") { x, scope in
      _ = batchNormalization(x, in: scope, mode: .training)
      _ = batchNormalization(x, in: scope, mode: .training)
      return batchNormalization(x, in: scope, mode: .training)
    }
  }

  @Test func anEvaluationUsesTheRunningStatistics() throws {
    try layer("batch evaluation", mode: .evaluation) { batchNormalization($0, in: $1, mode: .evaluation) }
    // A frozen part of a program that trains: the statistics stay as they are too.
    try layer("batch evaluation") { batchNormalization($0, in: $1, mode: .evaluation) }
  }

  @Test func aBatchOfOneLeavesTheRunningVariance() throws {
    let x = Input("x", [nil, 2])
    let program = Program.traced { t in
      t.report(Output("y"), batchNormalization(t[x], in: t.scope("b"), mode: t.mode, momentum: 0.5))
    }
    var state = try program.initialState()
    let y = try program.run(&state, [x: NDArray([4, 8] as [Float], shape: [1, 2])]).array(Output("y"))
    #expect(y.doubles == [0, 0])
    #expect(state["b/mean"]?.doubles == [2, 4] && state["b/variance"]?.doubles == [1, 1])
  }

  @Test func examples() throws {
    try layer("layer") { layerNormalization($0, in: $1) }
    try layer("layer two axes") { layerNormalization($0, in: $1, axes: 2) }
    try layer("group") { groupNormalization($0, groups: 3, in: $1) }
    try layer("group nchw") { groupNormalization($0, groups: 2, in: $1, layout: .nchw) }
  }

  @Test func whatDoesNotFitIsDiagnosedAtTheCallersLine() {
    let graph = Graph()
    _ = groupNormalization(graph.input("x", [2, 4]), groups: 3, in: graph.scope("g"), file: "App/Main.swift", line: 3)
    _ = layerNormalization(graph.input("x", [2, 4]), in: graph.scope("l"), axes: 3, file: "App/Main.swift", line: 4)
    _ = batchNormalization(
      graph.input("y", [2]), in: graph.scope("b"), mode: .training, file: "App/Main.swift", line: 5)
    #expect(graph.diagnostics.map { $0.place?.line } == [3, 4, 5])
  }
}
