import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// A convolution, bias, relu and max pool, forward and backward: what the passes make of it.
@Suite struct PoolingPassTests {
  private let graph = Graph()

  /// Images of 13 x 9, of whose convolution by 3 x 3, 11 x 7, windows of 2 leave out a row and a column.
  private func traceBlock(window: [Int] = [2, 2], strides: [Int]? = nil) {
    let (x, filter, bias) = (
      graph.input("x", [3, 13, 9, 2]), graph.input("filter", [3, 3, 2, 5]), graph.input("bias", [5])
    )
    let pooled = maxPool(relu(convolution(x, filter) + bias), window: window, strides: strides)
    let cost = sum(pooled * graph.input("weights", pooled.shape))
    graph.report("cost", cost)
    for (name, operand) in [("x", x), ("filter", filter), ("bias", bias)] {
      graph.report("d " + name, gradient(of: cost, in: operand))
    }
  }

  /// The convolutions, pools and sums after the passes, and whether they compute the same.
  private func lines(_ plan: PassPlan = .standard) throws -> [String] {
    let compiled = try expectCompiledEqualsReference(graph, CompilerOptions(passes: plan))
    let store = compiled.optimized.store
    return (0..<store.count).map { store.line(of: $0) }
      .filter { line in ["convolution", "Pool", "poolScatter", "sum("].contains { line.contains($0) } }
      .map { String($0.split(separator: " = ")[1]) }
  }

  @Test func asItIsTraced() throws {
    traceBlock()
    #expect(
      try lines(PassPlan.standard.excluding("pooling").excluding("crops")) == [
        "convolution(%0, %1) window: [3, 3] : float32[3, 11, 7, 5]",
        "maxPool(%7) window: [2, 2] strides: [2, 2] : float32[3, 5, 3, 5], int32[3, 5, 3, 5]",
        "sum(%10) over: [0, 1, 2, 3] : float32[]",
        "poolScatter(%9, %8.1) input: [11, 7] window: [2, 2] strides: [2, 2] : float32[3, 11, 7, 5]",
        "convolutionInputGradient(%13, %1) input: [13, 9] window: [3, 3] : float32[3, 13, 9, 2]",
        "convolutionFilterGradient(%0, %13) window: [3, 3] : float32[3, 3, 2, 5]",
        "sum(%13) over: [0, 1, 2] : float32[5]",
      ])
  }

  @Test func theGradientsWorkOnTheWindows() throws {
    traceBlock()
    #expect(
      try lines() == [
        "convolution(%0, %1) window: [3, 3] padding: [0, 0] [-1, -1] : float32[3, 10, 6, 5]",
        "maxPool(%7) window: [2, 2] strides: [2, 2] : float32[3, 5, 3, 5], int32[3, 5, 3, 5]",
        "sum(%10) over: [0, 1, 2, 3] : float32[]",
        "poolScatter(%13, %8.1) input: [10, 6] window: [2, 2] strides: [2, 2] : float32[3, 10, 6, 5]",
        "convolutionInputGradient(%14, %1) input: [13, 9] window: [3, 3] padding: [0, 0] [-1, -1] "
          + ": float32[3, 13, 9, 2]",
        "convolutionFilterGradient(%0, %14) window: [3, 3] padding: [0, 0] [-1, -1] : float32[3, 3, 2, 5]",
        "sum(%13) over: [0, 1, 2] : float32[5]",
      ])
  }

  @Test func overlappingWindowsKeepTheirChoices() throws {
    traceBlock(window: [3, 2], strides: [2, 1])
    #expect(
      try lines() == [
        "convolution(%0, %1) window: [3, 3] : float32[3, 11, 7, 5]",
        "maxPool(%7) window: [3, 2] strides: [2, 1] : float32[3, 5, 6, 5], int32[3, 5, 6, 5]",
        "sum(%10) over: [0, 1, 2, 3] : float32[]",
        "poolScatter(%13, %8.1) input: [11, 7] window: [3, 2] strides: [2, 1] : float32[3, 11, 7, 5]",
        "convolutionInputGradient(%14, %1) input: [13, 9] window: [3, 3] : float32[3, 13, 9, 2]",
        "convolutionFilterGradient(%0, %14) window: [3, 3] : float32[3, 3, 2, 5]",
        "sum(%13) over: [0, 1, 2] : float32[5]",
      ])
  }

  /// The image stays whole where something else reads it.
  @Test func anImageThatIsReportedIsWhole() throws {
    let y = convolution(graph.input("x", [1, 6, 6, 1]), graph.input("filter", [2, 2, 1, 2]))
    graph.report("y", y)
    graph.report("pooled", maxPool(relu(y), window: [2, 2]))
    #expect(try lines().contains { $0.hasPrefix("convolution(") && $0.hasSuffix("float32[1, 5, 5, 2]") })
  }

  /// A row that no window reaches is not read, whatever is in it.
  @Test func whatIsLeftOutDoesNotShow() throws {
    let x = graph.input("x", [1, 4, 3, 1])
    let pooled = maxPool(convolution(x, graph.constant(NDArray(repeating: 1, [2, 2, 1, 1]))), window: [2, 2])
    graph.report("d x", gradient(of: sum(pooled), in: x))
    let tape = try CompiledProgram(graph, CompilerOptions()).tape
    let image = NDArray([1, 4, 3, 1], .float32) { $0 < 9 ? Double($0) : .infinity }
    let result = try #require(try run(tape, inputs: ["x": image], state: [:]).outputs["d x"])
    #expect(result.doubles == [0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0])
  }

  @Test func theKernelsOfABlock() throws {
    traceBlock()
    let labels = try CompiledProgram(graph, CompilerOptions()).tape.labels
    #expect(
      labels == [
        "maxPool and 4 more", "sum and 1 more", "sum and 2 more (gradient)", "convolutionInputGradient (gradient)",
        "convolutionFilterGradient (gradient)",
      ])
  }
}
