import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// The choices of max pools: bytes where only pooling reads them and the window is small enough.
@Suite struct ByteChoicesTests {
  private let graph = Graph()

  /// The bytes of a choice, as the pooling instructions of the program are told.
  private func choiceBytes(instructions: Int) throws -> [Int] {
    let tape = try expectCompiledEqualsReference(graph).tape
    let kernels = [TAP_KERNEL_MAX_POOL, TAP_KERNEL_POOL_SCATTER, TAP_KERNEL_POOL_GATHER]
    let pools = tape.instructions.filter { instruction in kernels.contains { instruction.routine == .kernel($0) } }
    #expect(pools.count == instructions)
    return pools.map { Int(tape.parameters[Int($0.firstParameter) + Int($0.parameterCount) - 1]) }
  }

  @Test(arguments: [DType.float32, .float64]) func aPoolAndItsGradients(_ dtype: DType) throws {
    let x = graph.input("x", [2, 13, 29, 5], dtype)
    let y = maxPool(x, window: [3, 2], strides: [2, 3])
    let g = gradient(of: sum(y * y), in: x)
    graph.report("g", g)
    // The gradient of the gradient gathers.
    graph.report("h", gradient(of: sum(g * g), in: x))
    #expect(try choiceBytes(instructions: 4) == [1, 1, 1, 1])
  }

  @Test func thePeakHoldsAQuarter() throws {
    let x = graph.input("x", [1, 64, 64, 8])
    graph.report("g", gradient(of: sum(maxPool(x, window: [2, 2])), in: x))
    let memory = try expectCompiledEqualsReference(graph).memory
    let choice = memory.blocks.first { $0.values.contains { $0.output == 1 } }
    #expect(choice?.byteCount == 32 * 32 * 8)
  }

  @Test(arguments: [([15, 17], 1), ([16, 16], 4)]) func windowsOfManyTapsKeepNumbers(
    _ window: [Int], _ bytes: Int
  ) throws {
    let x = graph.input("x", [1, 32, 34, 3])
    graph.report("g", gradient(of: sum(maxPool(x, window: window)), in: x))
    #expect(try choiceBytes(instructions: 2) == [bytes, bytes])
  }

  @Test func aChoiceThatIsReadKeepsNumbers() throws {
    let x = graph.input("x", [1, 6, 6, 3])
    let geometry = WindowGeometry(extents: [2, 2], strides: [2, 2], dilation: [1, 1], low: [0, 0], high: [0, 0])
    let results = graph.record(MaxPool(geometry: geometry), [x])
    graph.report("choice", results[1] + 1)
    graph.report("g", gradient(of: sum(results[0]), in: x))
    #expect(try choiceBytes(instructions: 2) == [4, 4])
  }
}
