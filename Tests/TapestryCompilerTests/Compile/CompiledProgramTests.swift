import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@Suite struct CompiledProgramTests {
  @Test func elementwise() throws {
    let graph = Graph()
    let x = graph.input("x", [33, 17])
    let y = graph.input("y", [17])
    graph.report("z", tanh(x * y + 0.5) * exp(-x * x))
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.instructions.count == 1)
  }

  @Test func softmaxClassifierWithUpdate() throws {
    let graph = Graph()
    let scope = graph.scope("mlp")
    let x = graph.input("x", [32, 64])
    let labels = graph.input("labels", [32], .int32)
    let w = scope.parameter("w", [64, 10], .zeros)
    let b = scope.parameter("b", [10], .zeros)
    let logits = dot(x, w) + b
    let loss = softmaxCrossEntropy(logits, labels)
    let g = gradients(of: loss, in: [w, b])
    scope.assign("w", w - 0.1 * g[0])
    scope.assign("b", b - 0.1 * g[1])
    graph.report("loss", loss)
    let compiled = try expectCompiledEqualsReference(graph, in: 0...9)
    print(compiled.optimized.store.text(roots: []))
    print(compiled.tape.listing)
    for (edge, why) in compiled.fusion.refusals { print(edge.producer, edge.consumer, why) }
  }
}
