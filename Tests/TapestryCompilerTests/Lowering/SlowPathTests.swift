import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// What counts as a slow path, and what does not.
@Suite struct SlowPathTests {
  private let graph = Graph()

  private func slowPaths() throws -> Int { try expectCompiledEqualsReference(graph).tape.slowPaths }

  @Test(arguments: [DType.float32, .float64]) func operationsWithoutAVectorForm(_ dtype: DType) throws {
    func x(_ name: String) -> Tensor { exp(graph.input(name, [4, 6], dtype)) }
    graph.report("vectors", tanh(x("a")) / (1 + sqrt(x("b"))))
    #expect(try slowPaths() == 0)
    graph.report("erf", cumulativeSum(erf(x("c")), axis: 0))
    #expect(try slowPaths() == (dtype == .float64 ? 1 : 0))
    graph.report("sine", cumulativeSum(sin(x("d")), axis: 0))
    #expect(try slowPaths() == (dtype == .float64 ? 2 : 0))
    graph.report("power", cumulativeSum(power(x("e"), 1.7), axis: 0))
    #expect(try slowPaths() == (dtype == .float64 ? 3 : 1))
  }

  @Test func onePowerIsNone() throws {
    let rate = power(exp(graph.input("x", [1])), graph.input("t", [1]))
    graph.report("y", graph.input("w", [33]) * rate)
    #expect(try slowPaths() == 0)
  }

  @Test(arguments: [1, 7, 16, 17]) func depthwiseConvolutionsOfFewChannels(_ channels: Int) throws {
    let (x, filter) = (graph.input("x", [2, 9, 8, channels]), graph.input("filter", [3, 3, 1, channels]))
    let y = convolution(x, filter, groups: channels)
    graph.report("y", y)
    graph.report("dx", gradient(of: sum(y * y), in: x))
    graph.report("df", gradient(of: sum(y * y), in: filter))
    #expect(try slowPaths() == (channels < 16 ? 3 : 0))
  }

  @Test(arguments: [1, 4]) func poolsOfFewChannels(_ channels: Int) throws {
    let x = graph.input("x", [2, 8, 8, channels])
    graph.report("g", gradient(of: sum(maxPool(x, window: [2, 2])), in: x))
    #expect(try slowPaths() == (channels < 4 ? 2 : 0))
  }

  /// Inside a convolution's kernel a pool of few channels is as slow as alone.
  @Test(arguments: [3, 4]) func poolsOfConvolutionsOfFewChannels(_ channels: Int) throws {
    let (x, filter) = (graph.input("x", [2, 9, 9, 5]), graph.input("filter", [2, 2, 5, channels]))
    let y = maxPool(convolution(x, filter), window: [2, 2])
    graph.report("dx", gradient(of: sum(y * y), in: x))
    graph.report("df", gradient(of: sum(y * y), in: filter))
    #expect(try slowPaths() == (channels < 4 ? 3 : 0))
  }
}
