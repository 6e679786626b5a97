import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Products moved out of loops: where they are afterwards, and that nothing else changes.
@Suite struct LoopProductsTests {
  /// The program after all passes, and what it computes held to the reference meaning.
  private func optimized(_ graph: Graph) throws -> ProgramGraph {
    var unfused = CompilerOptions()
    unfused.fuses = false
    try expectCompiledEqualsReference(graph, unfused)
    return try expectCompiledEqualsReference(graph).optimized
  }

  private func scans(_ program: ProgramGraph) -> [Scan] {
    let reached = program.reachedNodes()
    return reached.indices.filter { reached[$0] }.compactMap { program.store.op(of: $0) as? Scan }
  }

  private func products(_ store: GraphStore) -> Int { (0..<store.count).count { store.op(of: $0) is Dot } }

  /// A layer as its formula is written: both products and the bias in the step.
  private func layer(_ graph: Graph, reversed: Bool = false) -> (last: Tensor, all: Tensor) {
    let (wx, wh) = (graph.input("wx", [3, 5]), graph.input("wh", [5, 5]))
    let (carries, outputs) = scan(
      over: [graph.input("x", [4, 2, 3])], from: [graph.input("h", [2, 5])], reversed: reversed
    ) { step in
      let h = tanh(dot(step.inputs[0], wx) + dot(step.carries[0], wh) + graph.input("b", [5]))
      return (carries: [h], outputs: [h])
    }
    return (carries[0], outputs[0])
  }

  @Test(arguments: [false, true]) func inputProductsAreOneBeforeTheLoop(reversed: Bool) throws {
    let graph = Graph()
    let (last, all) = layer(graph, reversed: reversed)
    graph.report("last", last)
    graph.report("all", all)
    let program = try optimized(graph)
    #expect(scans(program).map { products($0.body.store) } == [1])
    #expect(products(program.store) == 1)
  }

  /// The first step of a carry that starts from zeros adds nothing to the gradient of the weight it is multiplied by.
  @Test(arguments: [false, true], [0, 0.5]) func aStartOfZerosIsNotMultiplied(reversed: Bool, start: Double) throws {
    let graph = Graph()
    let w = graph.input("w", [5, 5])
    let (_, outputs) = scan(
      over: [graph.input("x", [4, 2, 5])], from: [graph.constant(start).broadcast(to: [2, 5])], reversed: reversed
    ) { step in
      let h = tanh(dot(step.carries[0], w) + step.inputs[0])
      return (carries: [h], outputs: [h])
    }
    graph.report("g", gradients(of: sum(outputs[0] * outputs[0]), in: [w])[0])
    let store = try optimized(graph).store
    let products = (0..<store.count).filter { store.op(of: $0) is Dot }
    #expect(products.map { store.type(of: store.operand(0, of: $0)).shape } == [[5, start == 0 ? 6 : 8]])
  }

  /// Rows, terms and columns of the product of an input; whether the step makes it, as it makes that of its carry.
  @Test(arguments: [
    (2, 2, 5, true), (2, 3, 5, false), (15, 15, 5, true), (15, 16, 5, false), (16, 64, 5, true), (16, 65, 5, false),
    (16, 64, 1 << 11, true), (16, 64, 1 << 11 + 1, false), (16, 16, 1 << 13 + 1, true),
  ])
  func inputProductsOfFewTermsStay(rows: Int, terms: Int, columns: Int, stays: Bool) throws {
    let graph = Graph()
    let (wx, wh) = (graph.input("wx", [terms, columns]), graph.input("wh", [1, columns]))
    let last = scan(over: [graph.input("x", [3, rows, terms])], from: [graph.input("h", [rows, columns])]) { step in
      let h = step.carries[0]
      return (carries: [tanh(dot(step.inputs[0], wx) + dot(slice(h, axis: 1, 0..<1), wh))], outputs: [])
    }.carries[0]
    graph.report("last", last)
    var options = CompilerOptions()
    options.passes = try options.passes.excluding("product-sums")
    let program = try CompiledProgram(graph, options).optimized
    #expect(scans(program).map { products($0.body.store) } == [stays ? 2 : 1])
  }

  @Test(arguments: [false, true]) func gradientsOfWeightsAreOneProductAfterTheLoop(reversed: Bool) throws {
    let graph = Graph()
    let (last, all) = layer(graph, reversed: reversed)
    let targets = ["x", "wx", "wh", "b", "h"].map { name in
      graph.input(
        name, name == "x" ? [4, 2, 3] : name == "wx" ? [3, 5] : name == "wh" ? [5, 5] : name == "b" ? [5] : [2, 5])
    }
    let loss = sum(last) + sum(all * all)
    for (place, slope) in gradients(of: loss, in: targets).enumerated() { graph.report("g\(place)", slope) }
    let program = try optimized(graph)
    // Each loop keeps the product with the carry. Outside: inputs, gradients of both weights and of the inputs.
    #expect(scans(program).map { products($0.body.store) } == [1, 1])
    #expect(scans(program).map(\.counts.carries) == [1, 1])
    #expect(products(program.store) == 4)
  }

  /// A batch of one row, whose transpose and whose sum over rows are reshapes.
  @Test func gradientsOfASingleRowLeaveTheLoop() throws {
    let graph = Graph()
    let (carries, outputs) = scan(
      over: [graph.input("x", [4, 1, 3]), graph.input("y", [4, 1, 5])],
      from: [graph.input("g", [3, 5]), graph.input("s", [5])]
    ) { step in
      let (a, b) = (step.inputs[0], exp(step.inputs[1]))
      return (
        carries: [step.carries[0] + dot(a.transpose(), b), step.carries[1] + sum(b, over: [0])], outputs: [b]
      )
    }
    for (place, tensor) in (carries + outputs).enumerated() { graph.report("y\(place)", tensor) }
    let program = try optimized(graph)
    #expect(scans(program).map(\.counts.carries) == [0])
    #expect(scans(program).map { products($0.body.store) } == [0])
    #expect(products(program.store) == 1)
  }

  /// Weights used twice in a step, a carry that starts anywhere, and one that something else reads in the step.
  @Test func sumsOfSeveralTermsAndCarriesInUse() throws {
    let graph = Graph()
    let (x, y) = (graph.input("x", [4, 2, 3]), graph.input("y", [4, 2, 5]))
    let (carries, outputs) = scan(
      over: [x, y], from: [graph.input("g", [3, 5]), graph.input("r", [3, 5]), graph.input("s", [5])]
    ) { step in
      let (a, b) = (step.inputs[0], step.inputs[1])
      let product = dot(a.transpose(), b)
      let both = step.carries[0] + dot(sin(a).transpose(), b) + dot(a.transpose(), exp(b))
      let read = step.carries[1] + product
      return (carries: [both, read, step.carries[2] + sum(b, over: [0])], outputs: [sum(step.carries[1])])
    }
    for (place, tensor) in (carries + outputs).enumerated() { graph.report("y\(place)", tensor) }
    let program = try optimized(graph)
    #expect(scans(program).map(\.counts.carries) == [1])
    #expect(scans(program).map { products($0.body.store) } == [1])
  }

  @Test func aStackOfProductsIsOneProduct() throws {
    let graph = Graph()
    let w = graph.input("w", [3, 5])
    let outputs = scan(over: [graph.input("x", [4, 2, 3])], from: [graph.input("h", [2, 3])]) { step in
      let h = tanh(step.inputs[0] + step.carries[0])
      return (carries: [h], outputs: [dot(h, w)])
    }.outputs
    graph.report("y", outputs[0])
    let program = try optimized(graph)
    #expect(scans(program).map { products($0.body.store) } == [0])
    #expect(products(program.store) == 1)
  }

  /// A product the step itself goes on with, and one whose other factor changes, stay.
  @Test func productsTheStepNeedsStay() throws {
    let graph = Graph()
    let w = graph.input("w", [3, 3])
    let (carries, outputs) = scan(over: [graph.input("x", [4, 3, 3])], from: [graph.input("h", [3, 3])]) { step in
      let h = tanh(dot(step.carries[0], w))
      return (carries: [dot(h, step.inputs[0])], outputs: [dot(step.inputs[0], step.inputs[0])])
    }
    graph.report("last", carries[0])
    graph.report("y", outputs[0])
    #expect(scans(try optimized(graph)).map { products($0.body.store) } == [3])
  }

  @Test func whatNothingReadsLeavesTheLoop() throws {
    let graph = Graph()
    let (x, unread) = (graph.input("x", [4, 3]), graph.input("unread", [4, 3]))
    let (carries, outputs) = scan(
      over: [x, unread], from: [graph.input("h", [3]), graph.input("k", [3]), graph.input("n", [3])]
    ) { step in
      let h = step.carries[0] + step.inputs[0] * step.carries[2]
      return (
        carries: [h, step.carries[1] * step.inputs[1], sin(step.carries[2])],
        outputs: [h, step.inputs[0], exp(step.inputs[1]), h]
      )
    }
    graph.report("h", carries[0])
    graph.report("stack", outputs[0] + outputs[3])
    graph.report("x again", outputs[1])
    let loops = scans(try optimized(graph))
    #expect(loops.map(\.counts) == [ScanParts(carries: 2, slices: 1, captures: 0)])
    #expect(loops.map(\.stackCount) == [1])
  }
}
