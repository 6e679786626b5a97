import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Choices that kernels compute as the larger of two.
@Suite struct LargerTests {
  private static let special: [Double] = [
    0, -0.0, 1, -1, .nan, .infinity, -.infinity, 1e-37, -1e-37, 1e-300, -1e-300, 3e38, -3e38, 1e308, -1e308, 2.5, -7,
  ]

  /// The bits of a choice over special values, computed and by its meaning, and how many masks choose.
  private func check(_ dtype: DType, choices: Int, _ body: (Tensor) -> Tensor) throws {
    let graph = Graph()
    let x = graph.input("x", [Self.special.count], dtype)
    graph.report("y", body(x))
    let feeds = ["x": NDArray([Self.special.count], dtype) { Self.special[$0] }]
    let tape = try CompiledProgram(graph, CompilerOptions()).tape
    let instructions = tape.regions.flatMap(\.program.instructions)
    #expect(instructions.count { $0.op == TAP_SELECT.rawValue } == choices)
    let traced = try ProgramGraph(tracing: graph)
    let wanted = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: feeds, state: [:])[0]
    for kernels in KernelTable.all {
      let y = try run(tape, inputs: feeds, state: [:], kernels: kernels).outputs["y"]!
      for place in Self.special.indices {
        let (a, b) = (y.double(at: place), wanted.double(at: place))
        #expect(a.isNaN && b.isNaN || a == b && a.sign == b.sign, "\(kernels.name) \(Self.special[place])")
      }
    }
  }

  @Test(arguments: [DType.float32, .float64]) func relusAreTheLargerOfTwo(_ dtype: DType) throws {
    try check(dtype, choices: 0) { relu($0) }
    try check(dtype, choices: 0) { leakyRelu($0, slope: 0.2) }
    try check(dtype, choices: 0) { leakyRelu($0 + 1, slope: 0.99) }
  }

  @Test(arguments: [DType.float32, .float64]) func otherChoicesStay(_ dtype: DType) throws {
    try check(dtype, choices: 1) { leakyRelu($0, slope: 1.5) }
    try check(dtype, choices: 1) { leakyRelu($0, slope: -0.5) }
    try check(dtype, choices: 1) { select($0 .<= 0, -0.0, $0) }
    try check(dtype, choices: 1) { select($0 .< 0, 0, $0) }
    try check(dtype, choices: 1) { select($0 .<= 1, 1, $0) }
  }
}
