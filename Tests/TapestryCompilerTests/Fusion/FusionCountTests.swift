import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// How many instructions common pieces of models become.
@Suite struct FusionCountTests {
  private let graph = Graph()

  /// Compiles, holds to the reference, and gives the labels of the instructions.
  private func kernels(_ tolerance: Double = 2e-5) throws -> [String] {
    try expectCompiledEqualsReference(graph, tolerance: tolerance).tape.labels
  }

  @Test func gelu() throws {
    graph.report("y", TapestryGraph.gelu(graph.input("x", [33, 65])))
    #expect(try kernels().count == 1)
  }

  @Test func geluWithItsGradient() throws {
    let x = graph.input("x", [33, 65])
    let y = TapestryGraph.gelu(x)
    graph.report("y", y)
    graph.report("g", vectorJacobianProduct(of: [y], in: [x], with: [graph.input("dy", [33, 65])])[0])
    #expect(try kernels().count == 1)
  }

  @Test func softmaxIsOneKernel() throws {
    graph.report("y", softmax(graph.input("x", [64, 100])))
    #expect(try kernels().count == 1)
  }

  @Test func softmaxWithItsGradient() throws {
    let x = graph.input("x", [64, 100])
    let y = softmax(x)
    graph.report("y", y)
    graph.report("g", vectorJacobianProduct(of: [y], in: [x], with: [graph.input("dy", [64, 100])])[0])
    #expect(try kernels().count == 1)
  }

  @Test func layerNormalizationIsOneKernel() throws {
    let (scale, offset) = (graph.input("scale", [100]), graph.input("offset", [100]))
    graph.report("y", layerNormalization(graph.input("x", [64, 100]), scale: scale, offset: offset))
    #expect(try kernels().count == 1)
  }

  /// The gradient of the input walks rows; those of scale and offset sum along columns, each by itself.
  @Test func layerNormalizationWithGradients() throws {
    let x = graph.input("x", [64, 100])
    let (scale, offset) = (graph.input("scale", [100]), graph.input("offset", [100]))
    let y = layerNormalization(x, scale: scale, offset: offset)
    graph.report("y", y)
    let g = vectorJacobianProduct(of: [y], in: [x, scale, offset], with: [graph.input("dy", [64, 100])])
    for (name, tensor) in zip(["x", "scale", "offset"], g) { graph.report("d " + name, tensor) }
    let labels = try kernels(1e-4)
    #expect(labels.count == 3)
    #expect(labels.dropFirst().elementsEqual(["sum (gradient)", "sum (gradient)"]), "\(labels)")
  }

  @Test func crossEntropyWithItsGradient() throws {
    let logits = graph.input("logits", [64, 10])
    let labels = graph.input("labels", [64], .int32)
    let loss = softmaxCrossEntropy(logits, abs(labels))
    graph.report("loss", loss)
    graph.report("g", gradient(of: loss, in: logits))
    #expect(try kernels() == ["checkIndex and 14 more", "sum and 1 more"])
  }

  /// A value that was read early is made late, with the reader that has to wait: what reads it early is lifted, too.
  @Test func readersAreLiftedToLetAJoinHappen() throws {
    let (x, z) = (graph.input("x", [4]), graph.input("z", [4]))
    let h = tanh(x)
    let aside = cumulativeSum(cumulativeSum(h, axis: 0), axis: 0)
    let late = cumulativeSum(cumulativeSum(cumulativeSum(z, axis: 0), axis: 0), axis: 0)
    graph.report("aside", exp(aside))
    graph.report("y", h * late)
    let labels = try kernels()
    #expect(labels.count == 7, "\(labels)")
    #expect(labels.contains("multiply and 1 more"), "\(labels)")
  }

  /// What is made for each row before the kernel reduces at all becomes a kept member when it does.
  @Test func aRowsValueJoinsTheReductionFoundLater() throws {
    let (x, scale) = (graph.input("x", [64, 100]), graph.input("scale", [64, 1]))
    let row = exp(scale)
    let scaled = tanh(x * row)
    graph.report("y", scaled)
    graph.report("s", sum(scaled, over: [1]))
    #expect(try kernels().count == 1)
  }

  /// Two readers of every element of one value are one kernel; one that reduces other axes stays apart.
  @Test func readersOfOneValue() throws {
    let x = graph.input("x", [64, 100])
    graph.report("a", tanh(x))
    graph.report("b", exp(x))
    graph.report("rows", sum(x, over: [1]))
    graph.report("columns", sum(abs(x), over: [0]))
    #expect(try kernels().count == 3)
  }

  @Test func gradientOfABias() throws {
    let (x, bias) = (graph.input("x", [64, 10]), graph.input("bias", [10]))
    let loss = sum(tanh(x + bias))
    graph.report("g", gradient(of: loss, in: bias))
    #expect(try kernels().count == 1)
  }

  @Test func aDenseLayerWithItsEpilogue() throws {
    let (x, w, b) = (graph.input("x", [16, 8]), graph.input("w", [8, 12]), graph.input("b", [12]))
    graph.report("y", TapestryGraph.gelu(dot(x, w) + b) * 0.5)
    #expect(try kernels().count == 1)
  }

  /// Parameter and both moments in one kernel over the parameter, in place, and one for the scalars of the step.
  @Test func adam() throws {
    let scope = graph.scope("s")
    let (p, m, v) = (
      scope.parameter("p", [100], .zeros), scope.state("m", [100]), scope.state("v", [100])
    )
    let step = scope.state("step", []) + 1
    let g = graph.input("g", [100])
    let next = (m: 0.9 * m + 0.1 * g, v: 0.999 * v + 0.001 * (g * g))
    let rate = 0.001 / -expm1(step * -0.105)
    let scale = rsqrt(-expm1(step * -0.001))
    scope.assign("m", next.m)
    scope.assign("v", next.v)
    scope.assign("step", step)
    scope.assign("p", p - rate * next.m / (sqrt(next.v) * scale + 1e-8))
    let compiled = try expectCompiledEqualsReference(graph, in: 0...1)
    #expect(compiled.tape.instructions.count == 2)
    #expect(compiled.tape.instructions.count { $0.region >= 0 } == 2)
    #expect(compiled.memory.valueBytes <= 64)
  }

  /// Updates that wait for their gradients join them.
  @Test func sgdJoinsTheProductOfTheGradient() throws {
    let scope = graph.scope("s")
    let w = scope.parameter("w", [8, 12], .zeros)
    let (x, dy) = (graph.input("x", [16, 8]), graph.input("dy", [16, 12]))
    scope.assign("w", w - 0.1 * dot(x.transpose(), dy))
    #expect(try kernels().count == 1)
  }
}
