import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Attention against PyTorch's numbers: `Tests/Scripts/reference_attention.py`.
@Suite struct AttentionReferenceTests {
  private func layer(
    _ name: String, _ body: @escaping @Sendable (Tensor, _ mask: Tensor?, _ memory: Tensor?, Scope) -> Tensor
  ) throws {
    try check(name, in: "attention") { inputs, scope, _ in
      inputs["x"].map { ["y": body($0, inputs["mask"], inputs["memory"], scope)] } ?? [:]
    }
  }

  private func products(_ name: String, causal: Bool = false) throws {
    try check(name, in: "attention") { inputs, _, _ in
      guard let q = inputs["q"], let k = inputs["k"], let v = inputs["v"] else { return [:] }
      return ["y": dotProductAttention(q, k, v, mask: inputs["mask"].map { expandDims($0, axis: 1) }, causal: causal)]
    }
  }

  @Test func productsOfQueriesAndKeys() throws {
    try products("products")
    try products("products causal", causal: true)
    try products("products mask")
  }

  @Test func severalHeads() throws {
    try layer("heads self") { x, mask, _, scope in multiHeadAttention(x, heads: 2, in: scope, mask: mask) }
    try layer("heads memory") { x, _, memory, scope in multiHeadAttention(x, memory: memory, heads: 2, in: scope) }
  }

  @Test func positions() throws {
    try layer("positions") { x, _, _, _ in sinusoidalPositions(x) }
    try layer("positions odd") { x, _, _, _ in sinusoidalPositions(x) }
    try layer("positions learned") { x, _, _, scope in learnedPositions(x, of: 5, in: scope) }
  }

  @Test func blocks() throws {
    try layer("block before causal") { x, _, _, scope in
      transformerBlock(x, heads: 2, hidden: 6, in: scope, causal: true)
    }
    try layer("block after") { x, _, _, scope in
      transformerBlock(x, heads: 2, hidden: 6, in: scope, normalization: .after) { relu($0) }
    }
  }

  /// PyTorch gives not-a-number where a query may see nothing.
  @Test func aQueryThatSeesNothingGetsZeros() throws {
    let (out, slope) = (Output("out"), Output("slope"))
    let program = Program.traced { t in
      let x = t.graph.constant(1).broadcast(to: [1, 2, 3])
      let seen = t.graph.constant(NDArray([false, false, true, true])).reshape([1, 2, 2])
      let y = dotProductAttention(x, x, x, mask: seen)
      t.report(out, y)
      t.report(slope, gradient(of: sum(y), in: x))
    }
    let results = try program.evaluate(ModelState(), [:])
    #expect(try results.array(out).doubles == [0, 0, 0, 1, 1, 1])
    #expect(try results.array(slope).doubles.allSatisfy(\.isFinite))
  }

  @Test func whatDoesNotFitIsDiagnosedAtTheCallersLine() {
    let graph = Graph()
    let (x, scope, mask) = (graph.input("x", [2, 3, 4]), graph.scope("a"), graph.input("m", [2, 2], .bool))
    _ = multiHeadAttention(x, heads: 3, in: scope, file: "App/Main.swift", line: 1)
    _ = multiHeadAttention(x, heads: 2, in: scope, mask: mask, file: "App/Main.swift", line: 2)
    _ = learnedPositions(x, of: 2, in: scope, file: "App/Main.swift", line: 3)
    _ = dotProductAttention(graph.input("v", [3]), x, x, file: "App/Main.swift", line: 4)
    #expect(graph.diagnostics.map { $0.place?.line } == [1, 2, 3, 4])
    #expect(graph.snapshot.effects.variables.isEmpty)
  }
}
