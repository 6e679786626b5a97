import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// A softplus written out, where its exponential overflows.
@Suite struct SoftplusTests {
  @Test(arguments: [true, false]) func valueAndGradientStayFinite(_ isOneLogarithm: Bool) throws {
    let graph = Graph()
    let x = graph.input("x", [4])
    let y = isOneLogarithm ? log1p(exp(x)) : log(1 + exp(x))
    graph.report("y", y)
    graph.report("dx", gradient(of: sum(y), in: x))
    let arguments: [Double] = [-200, 0, 100, 500]
    let feeds = ["x": NDArray([4], .float32) { arguments[$0] }]
    let compiled = try CompiledProgram(graph, CompilerOptions())
    let (outputs, _, _) = try run(compiled.tape, inputs: feeds, state: [:])
    let half = outputs["y"]!.doubles[1]
    #expect(abs(half - 0.693147) < 1e-5)
    #expect(outputs["y"]!.doubles == [0, half, 100, 500])
    #expect(outputs["dx"]!.doubles == [0, 0.5, 1, 1])
  }
}
