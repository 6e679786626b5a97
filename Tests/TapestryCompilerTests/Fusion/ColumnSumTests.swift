import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Sums of a matrix's rows that the kernel of a product by the same matrix computes.
@Suite struct ColumnSumTests {
  private let graph = Graph()

  private func kernels(_ tolerance: Double = 2e-5) throws -> [tap_kernel] {
    let tape = try expectCompiledEqualsReference(graph, tolerance: tolerance).tape
    return tape.instructions.compactMap { if case .kernel(let kernel) = $0.routine { kernel } else { nil } }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let rows: Int, inputs: Int, outputs: Int
    var dtype = DType.float32
    var testDescription: String { "\(rows) \(inputs)x\(outputs) \(dtype)" }
  }

  static let cases = [
    Case(rows: 64, inputs: 30, outputs: 300), Case(rows: 17, inputs: 17, outputs: 1000),
    Case(rows: 1000, inputs: 100, outputs: 17), Case(rows: 500, inputs: 8, outputs: 33),
    Case(rows: 170, inputs: 1000, outputs: 100, dtype: .float64),
    Case(rows: 1700, inputs: 40, outputs: 10, dtype: .float64),
    // So little work that threads do not share it.
    Case(rows: 32, inputs: 10, outputs: 10), Case(rows: 7, inputs: 100, outputs: 100, dtype: .float64),
  ]

  /// The gradients of a layer in its weight and bias, the cotangent a product's result, and their update.
  @Test(arguments: cases) func aLayersGradients(_ c: Case) throws {
    let scope = graph.scope("layer")
    let x = graph.input("x", [c.rows, c.inputs], c.dtype)
    let weight = scope.parameter("weight", [c.inputs, c.outputs], .zeros, dtype: c.dtype)
    let bias = scope.parameter("bias", [c.outputs], .zeros, dtype: c.dtype)
    let next = graph.input("next", [c.outputs, 8], c.dtype)
    let loss = sum(tanh(matmul(tanh(matmul(x, weight) + bias), next)))
    let g = gradients(of: loss, in: [weight, bias])
    scope.assign("weight", weight - 0.1 * g[0])
    scope.assign("bias", bias - 0.1 * g[1])
    let compiled = try expectCompiledEqualsReference(graph, tolerance: 1e-4)
    // Forward, its outputs and their cotangent, the weight with the sums, the bias.
    let tape = compiled.tape
    #expect(
      tape.instructions.map(\.routine)
        == [TAP_KERNEL_DOT, TAP_KERNEL_DOT, TAP_KERNEL_DOT, TAP_KERNEL_DOT_COLUMN_SUMS, TAP_KERNEL_REGION].map {
          .kernel($0)
        })
    #expect(tape.writesState == [true, true])
    let (inputs, state) = sampleValues(of: graph)
    let team = ThreadTeam(threads: 3)
    for kernels in KernelTable.all {
      let alone = try run(tape, inputs: inputs, state: state, kernels: kernels).state
      let shared = try run(tape, inputs: inputs, state: state, kernels: kernels, team: team).state
      for (name, array) in alone { #expect(array.isSame(as: shared[name]!), "\(kernels.name) \(name)") }
    }
  }

  /// A layer's weight is written where it lies, although its bias waits for the same kernel, and a report and the layer
  /// before read the weight as it was.
  @Test func weightsAreUpdatedInPlace() throws {
    let scope = graph.scope("layers")
    let shapes: [(String, Shape)] = [("w0", [30, 96]), ("b0", [96]), ("w1", [96, 90]), ("b1", [90])]
    let p = shapes.map { scope.parameter($0.0, $0.1, .zeros) }
    let hidden = tanh(matmul(graph.input("x", [200, 30]), p[0]) + p[1])
    let y = matmul(hidden, p[2]) + p[3]
    graph.report("norm", sum(p[2] * p[2]))
    let g = gradients(of: sum(y * matmul(y, graph.input("a", [90, 90]))), in: p)
    for (place, shape) in shapes.enumerated() { scope.assign(shape.0, p[place] - 0.1 * g[place]) }
    let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
    #expect(tape.instructions.count { $0.routine == .kernel(TAP_KERNEL_DOT_COLUMN_SUMS) } == 2)
    #expect(!tape.labels.contains("copy"), "\(tape.labels)")
  }

  @Test func aSumThatIsHandedOutIsNoInstruction() throws {
    let (x, g) = (graph.input("x", [200, 30]), graph.input("g", [200, 100]))
    graph.report("weight", dot(x.transpose(), g))
    graph.report("bias", sum(g, over: [0]))
    #expect(try kernels() == [TAP_KERNEL_DOT_COLUMN_SUMS])
  }

  /// The steps and rows of a recurrent layer are the rows of one matrix.
  @Test func rowsAreSeveralAxes() throws {
    let (x, g) = (graph.input("x", [31, 19, 30]), graph.input("g", [31, 19, 100]))
    graph.report("weight", dot(x.reshape([589, 30]).transpose(), g.reshape([589, 100])))
    graph.report("bias", sum(g, over: [0, 1]))
    #expect(try kernels() == [TAP_KERNEL_DOT_COLUMN_SUMS])
  }

  /// What follows the sum may reduce it, as the norm of a gradient does, and is then one kernel.
  @Test func whatFollowsIsOneKernel() throws {
    let (x, g) = (graph.input("x", [200, 30]), graph.input("g", [200, 100]))
    graph.report("weight", dot(x.transpose(), g))
    let bias = sum(g, over: [0])
    graph.report("norm", sum(bias * bias))
    #expect(try kernels() == [TAP_KERNEL_DOT_COLUMN_SUMS, TAP_KERNEL_REGION])
  }

  @Test func oneSumAProduct() throws {
    let (x, g) = (graph.input("x", [200, 30]), graph.input("g", [200, 100]))
    for (name, left) in [("a", x), ("b", tanh(x))] { graph.report(name, dot(left.transpose(), g)) }
    graph.report("bias", sum(g, over: [0]))
    #expect(try kernels().count { $0 == TAP_KERNEL_DOT_COLUMN_SUMS } == 1)
  }

  /// Programs whose sum stays a kernel of its own, or a part of one that reads the matrix for more.
  @Test(arguments: 0..<9) func othersStayApart(_ kind: Int) throws {
    let (x, g) = (graph.input("x", [200, 30]), graph.input("g", [200, 100]))
    func report(_ weight: Tensor, _ bias: Tensor) {
      graph.report("weight", weight)
      graph.report("bias", bias)
    }
    let weight = dot(x.transpose(), g)
    switch kind {
    case 0:  // neither a large matrix nor a small product
      let few = graph.input("few", [200, 80])
      report(dot(x.transpose(), few), sum(few, over: [0]))
    case 1: report(weight, sum(g, over: [1]))
    case 2: report(weight, sum(g * g, over: [0]))
    case 3:  // one kernel sums g and a product of it
      report(weight, sum(g, over: [0]))
      graph.report("scale", sum(g * graph.input("normal", [200, 100]), over: [0]))
    case 4: report(dot(graph.input("rows", [7, 200]), g), sum(g, over: [0]))
    case 5:  // a sum of products
      let (y, h) = (graph.input("y", [200, 30]), graph.input("h", [200, 100]))
      report(weight + dot(y.transpose(), h), sum(g, over: [0]))
    case 6:  // many matrices
      let many = graph.input("many", [4, 200, 30])
      let right = graph.input("right", [4, 200, 100])
      report(dot(many.transpose([0, 2, 1]), right), sum(right, over: [0, 1]))
    case 7:  // other rows of the same memory
      report(
        dot(slice(x, axis: 0, 0..<190).transpose(), slice(g, axis: 0, 0..<190)),
        sum(slice(g, axis: 0, 1..<191), over: [0])
      )
    default:  // the product's kernel reads the sum
      report(weight + sum(g, over: [0]), sum(g, over: [0]))
    }
    #expect(try !kernels().contains(TAP_KERNEL_DOT_COLUMN_SUMS))
  }

  @Test func whyItsReaderIsApart() throws {
    let (x, g) = (graph.input("x", [200, 30]), graph.input("g", [200, 100]))
    graph.report("weight", dot(x.transpose(), g))
    graph.report("bias", tanh(sum(g, over: [0])))
    let kernels = GroupGraph(try ProgramGraph(tracing: graph))
    let store = kernels.program.store
    let sum = try #require((0..<store.count).first { store.op(of: $0) is Sum })
    let tanh = try #require((0..<store.count).first { store.op(of: $0) is Tanh })
    let product = try #require((0..<store.count).first { store.op(of: $0) is Dot })
    #expect(kernels.plan.whyNotFused(product, sum) == nil)
    #expect(kernels.plan.whyNotFused(sum, tanh) == .differentSpaces(producer: [30, 100], consumer: [100]))
  }
}
