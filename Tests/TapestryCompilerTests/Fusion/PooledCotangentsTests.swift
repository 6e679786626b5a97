import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Gradients of max pools that the gradients of convolutions make for themselves, and those that stay what they are.
@Suite struct PooledCotangentsTests {
  private let graph = Graph()

  /// The scatters among the instructions of the program, which computes what its reference does.
  private func scatters() throws -> Int {
    try expectCompiledEqualsReference(graph).tape.instructions.count { $0.routine == .kernel(TAP_KERNEL_POOL_SCATTER) }
  }

  @Test(arguments: [DType.float32, .float64]) func overlappingWindowsOfManyTaps(_ dtype: DType) throws {
    let x = graph.input("x", [2, 40, 43, 3], dtype)
    let filter = graph.input("filter", [2, 3, 3, 5], dtype)
    let pooled = maxPool(convolution(x, filter, padding: .same), window: [15, 18], strides: [2, 3])
    let loss = sum(pooled * pooled)
    graph.report("d x", gradient(of: loss, in: x))
    graph.report("d filter", gradient(of: loss, in: filter))
    #expect(try scatters() == 0)
  }

  /// The image that a filter's gradient reads is no cotangent, whatever it is.
  @Test(arguments: 0..<4) func otherReadersNeedTheImage(_ kind: Int) throws {
    let x = graph.input("x", [2, 9, 9, 3])
    let filter = graph.input("filter", [2, 2, 3, 4])
    let y = convolution(x, filter)
    let pooled = maxPool(y, window: [2, 2])
    let dy = gradient(of: sum(pooled * pooled), in: y)
    let dx = gradient(of: sum(pooled * pooled), in: x)
    switch kind {
    case 0: graph.report("d y", dy)
    case 1: graph.report("sum", sum(dy * y))
    case 2: graph.report("rows", sum(dy.reshape([2, 8, 32]), over: [2]))
    default: graph.report("convolved", convolution(dy, graph.input("more", [2, 2, 4, 3])))
    }
    graph.report("d x", dx)
    #expect(try scatters() == 1)
  }

  /// Rows of more elements than a kernel makes at once.
  @Test func longRowsAreMadeOnce() throws {
    let x = graph.input("x", [1, 3, 2050, 1])
    let pooled = maxPool(convolution(x, graph.input("filter", [2, 2, 1, 17])), window: [2, 1])
    graph.report("d x", gradient(of: sum(pooled * pooled), in: x))
    #expect(try scatters() == 1)
  }

  @Test func withoutFusionThereAreScatters() throws {
    let x = graph.input("x", [1, 6, 6, 1])
    let pooled = maxPool(convolution(x, graph.input("filter", [3, 3, 1, 4])), window: [2, 2])
    graph.report("d x", gradient(of: sum(pooled * pooled), in: x))
    var options = CompilerOptions()
    options.fuses = false
    let tape = try CompiledProgram(graph, options).tape
    #expect(tape.instructions.contains { $0.routine == .kernel(TAP_KERNEL_POOL_SCATTER) })
  }

  @Test func whatBecameOfOneCanBeAsked() throws {
    let x = graph.input("x", [1, 6, 6, 1])
    let pooled = maxPool(convolution(x, graph.input("filter", [3, 3, 1, 4])), window: [2, 2])
    graph.report("d x", gradient(of: sum(pooled * pooled), in: x))
    let compiled = try CompiledProgram(graph, CompilerOptions())
    let store = compiled.optimized.store
    let scatter = try #require((0..<store.count).first { store.op(of: $0) is PoolScatter })
    #expect(compiled.fusion.kernel(of: scatter) == nil)
    #expect(
      compiled.fusion.reasonForNoKernel(scatter, in: store) == "it is made, row by row, by the kernels that read it")
  }
}
