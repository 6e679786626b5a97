import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Sums of products that are one kernel: how many instructions they are, and that they give what they gave before.
@Suite struct ProductSumsTests {
  private let graph = Graph()

  /// The number of instructions with and without the pass; both held to the reference.
  private func kernels(sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> (before: Int, after: Int) {
    var without = CompilerOptions()
    without.passes = try without.passes.excluding("product-sums")
    let before = try expectCompiledEqualsReference(graph, without, sourceLocation: sourceLocation)
    let after = try expectCompiledEqualsReference(graph, sourceLocation: sourceLocation)
    return (before.tape.instructions.count, after.tape.instructions.count)
  }

  private func product(_ name: String, _ k: Int, _ m: Int = 17, _ n: Int = 40) -> Tensor {
    dot(graph.input(name, [m, k]), graph.input("\(name) right", [k, n]))
  }

  @Test func twoProductsWithAnEpilogue() throws {
    graph.report("y", tanh(product("x", 9) + product("v", 30) + graph.input("b", [40])))
    let (before, after) = try kernels()
    #expect(before == 2 && after == 1)
  }

  @Test func productsAmongOtherTerms() throws {
    let (s, t) = (graph.input("s", [17, 40]), graph.input("t", [17, 40]))
    graph.report("y", (s + product("a", 3)) + (product("b", 5) + t) + product("c", 7))
    let (before, after) = try kernels()
    #expect(before == 3 && after == 1)
  }

  @Test func transposesBatchesAndWholeNumbers() throws {
    let (x, y) = (graph.input("x", [3, 6, 5]), graph.input("y", [3, 8, 5]))
    let z = graph.input("z", [3, 7, 8])
    graph.report("y", dot(x, y.transpose()) + dot(graph.input("w", [3, 6, 7]), z))
    let (i, j) = (graph.input("i", [4, 5], .int32), graph.input("j", [5, 4], .int32))
    graph.report("k", dot(i, j) + dot(j.transpose(), i.transpose()))
    let (before, after) = try kernels()
    #expect(before == 4 && after == 2)
  }

  /// What something else reads is stored anyway, and what is broadcast has fewer elements than the sum.
  @Test func productsThatStayApart() throws {
    let a = product("a", 3)
    graph.report("a", a)
    graph.report("y", a + product("b", 5))
    graph.report("z", product("row", 4, 1) + product("c", 6))
    let (before, after) = try kernels()
    #expect(before == after)
  }

  /// A weight that is used in several places.
  @Test func gradientsOfASharedWeight() throws {
    let scope = graph.scope("s")
    let w = scope.parameter("w", [12, 20], .zeros)
    let outputs = (0..<5).map { tanh(dot(graph.input("x\($0)", [8 + $0, 12]), w)) }
    let loss = outputs.map { sum($0 * $0) }.reduce(graph.constant(0)) { $0 + $1 }
    scope.assign("w", w - 0.1 * gradient(of: loss, in: w))
    let (before, after) = try kernels()
    #expect(before - after == 4)
  }

  /// The gradient of a weight over many steps is few products, however many steps there are.
  @Test func unrolledSteps() throws {
    let steps = 70
    let (x, h, w) = (graph.input("x", [steps, 3, 6]), graph.input("h", [3, 5]), graph.input("w", [5, 5]))
    let v = graph.input("v", [6, 5])
    let last = scan(over: [x], from: [h]) { step in
      let next = tanh(dot(step.inputs[0], v) + dot(step.carries[0], w))
      return (carries: [next], outputs: [])
    }.carries[0]
    for (place, slope) in gradients(of: sum(last * last), in: [v, w]).enumerated() { graph.report("g\(place)", slope) }
    var options = CompilerOptions()
    options.unrollsLoops = true
    let compiled = try expectCompiledEqualsReference(graph, options)
    let products = compiled.tape.instructions.indices.filter {
      compiled.tape.instructions[$0].routine == .kernel(TAP_KERNEL_DOT)
    }
    let most = products.map { Int(compiled.tape.parameters[Int(compiled.tape.instructions[$0].firstParameter)]) }.max()
    #expect(most == DotSum.mostProducts)
  }

  @Test func theSumHoldsNoMoreProductsThanAllowed() throws {
    let terms = (0..<DotSum.mostProducts + 3).map { product("x\($0)", 2, 3, 4) }
    graph.report("y", terms.dropFirst().reduce(terms[0], +))
    let (before, after) = try kernels()
    #expect(before == terms.count && after == 2)
  }

  /// Gates: what is added to a product is added to the slices of it; the product is only stored.
  @Test func slicesOfASumWithAProduct() throws {
    let gates = split(product("x", 9, 17, 64) + graph.input("b", [64]), parts: 2)
    graph.report("y", sigmoid(gates[0]) * tanh(gates[1]))
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.labels == ["dot", "multiply and 4 more"])
  }

  /// A slice that a product reads would have to be stored.
  @Test func slicesThatAreNotReadByElementwiseWork() throws {
    let parts = split(product("x", 9, 32, 64) + graph.input("b", [64]), parts: 2)
    graph.report("y", dot(parts[0].transpose(), parts[1]))
    #expect(try expectCompiledEqualsReference(graph).tape.labels == ["dot and 1 more", "dot"])
  }

  /// Forward and reverse steps of a recurrent layer with one product each.
  @Test(arguments: [1, 2, 7]) func stepsOfLoopsGiveOneSetOfBits(threads: Int) throws {
    let (wx, wh) = (graph.input("wx", [9, 32]), graph.input("wh", [32, 32]))
    let outputs = scan(over: [graph.input("x", [5, 17, 9])], from: [graph.input("h", [17, 32])]) { step in
      let h = tanh(dot(step.inputs[0], wx) + dot(step.carries[0], wh) + graph.input("b", [32]))
      return (carries: [h], outputs: [h])
    }.outputs
    graph.report("all", outputs[0])
    for (place, slope) in gradients(of: sum(outputs[0] * outputs[0]), in: [wx, wh]).enumerated() {
      graph.report("g\(place)", slope)
    }
    let compiled = try expectCompiledEqualsReference(graph, tolerance: 1e-4)
    let labels = compiled.tape.labels
    #expect(labels.contains { $0.hasPrefix("dotSum") }, "\(labels)")
    let (inputs, state) = sampleValues(of: graph)
    let alone = try run(compiled.tape, inputs: inputs, state: state)
    let shared = try run(compiled.tape, inputs: inputs, state: state, team: ThreadTeam(threads: threads))
    for (name, value) in alone.outputs { #expect(shared.outputs[name] == value, "\(name)") }
  }
}
