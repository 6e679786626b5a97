import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// A convolution and the max pool taken of it at once, and their gradients, in shapes that cut blocks, vectors and windows
/// in odd places.
@Suite struct ConvolutionPoolTests {
  struct Case: Sendable, CustomStringConvertible {
    let image, filter: Shape
    var strides = [1, 1]
    var dilation = [1, 1]
    var padding = WindowPadding.valid
    var groups = 1
    var window = [2, 2]
    var steps: [Int]?
    var dtype = DType.float32
    var description: String { "\(image) \(filter) \(window) \(dtype)" }
  }

  static let cases = [
    Case(image: [2, 8, 8, 1], filter: [3, 3, 1, 32]),
    Case(image: [1, 13, 29, 3], filter: [5, 5, 3, 6]),
    Case(image: [33, 13, 9, 3], filter: [3, 3, 3, 6], padding: .same, window: [3, 2]),
    Case(image: [7, 13, 29, 3], filter: [2, 3, 3, 17], padding: .same, window: [3, 2]),
    Case(image: [31, 6, 6, 4], filter: [3, 3, 4, 33], strides: [1, 2], window: [2, 1]),
    Case(image: [2, 40, 41, 2], filter: [1, 1, 2, 100], window: [3, 3]),
    Case(image: [1, 70, 9, 5], filter: [3, 2, 5, 256], dilation: [2, 3], window: [1, 2], steps: [3, 2]),
    Case(image: [3, 12, 12, 8], filter: [3, 3, 1, 8], padding: .same, groups: 8),
    Case(image: [3, 12, 12, 8], filter: [3, 3, 4, 10], groups: 2, window: [5, 2], steps: [5, 4]),
    Case(image: [2, 9, 9, 16], filter: [3, 3, 16, 2]),
    Case(image: [4, 13, 13, 3], filter: [3, 3, 3, 9], dtype: .float64),
  ]

  private func traced(_ c: Case) -> Graph {
    let graph = Graph()
    let (x, filter) = (graph.input("x", c.image, c.dtype), graph.input("filter", c.filter, c.dtype))
    let y = convolution(
      x, filter, strides: c.strides, padding: c.padding, dilation: c.dilation, groups: c.groups)
    let pooled = maxPool(relu(y + graph.input("bias", [c.filter[3]], c.dtype)), window: c.window, strides: c.steps)
    graph.report("pooled", pooled)
    let loss = sum(pooled * pooled)
    graph.report("d x", gradient(of: loss, in: x))
    graph.report("d filter", gradient(of: loss, in: filter))
    return graph
  }

  @Test(arguments: cases) func equalsTheReference(_ c: Case) throws {
    let graph = traced(c)
    let tape = try expectCompiledEqualsReference(graph).tape
    for kernel in [
      TAP_KERNEL_CONV_MAX_POOL, TAP_KERNEL_CONV_POOL_INPUT_GRADIENT, TAP_KERNEL_CONV_POOL_FILTER_GRADIENT,
    ] {
      #expect(tape.instructions.contains { $0.routine == .kernel(kernel) })
    }
    let (inputs, _) = sampleValues(of: graph)
    let team = ThreadTeam(threads: 3)
    for kernels in KernelTable.all {
      let alone = try run(tape, inputs: inputs, state: [:], kernels: kernels).outputs
      let shared = try run(tape, inputs: inputs, state: [:], kernels: kernels, team: team).outputs
      for (name, array) in alone { #expect(array.isSame(as: shared[name]!), "\(kernels.name) \(name)") }
    }
  }

  /// What else reads the image, or windows the kernel has not, leave the pool an instruction of its own.
  @Test(arguments: 0..<4) func othersStayApart(_ kind: Int) throws {
    let graph = Graph()
    let y = convolution(graph.input("x", [2, 9, 9, 3]), graph.input("filter", [2, 2, 3, 4]))
    switch kind {
    case 0:
      graph.report("image", y)
      graph.report("pooled", maxPool(y, window: [2, 2]))
    case 1:
      graph.report("sum", sum(y.reshape([2, 256]), over: [1]))
      graph.report("pooled", maxPool(y, window: [2, 2]))
    case 2: graph.report("pooled", maxPool(y, window: [3, 3], strides: [2, 2]))
    default: graph.report("pooled", maxPool(y, window: [2, 2], padding: .same, dilation: [2, 2]))
    }
    let tape = try expectCompiledEqualsReference(graph).tape
    #expect(tape.instructions.contains { $0.routine == .kernel(TAP_KERNEL_MAX_POOL) })
  }
}
