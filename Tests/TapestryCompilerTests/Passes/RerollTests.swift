import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Steps written out that become loops, that they compute what they did, and what stays as it is.
@Suite struct RerollTests {
  /// The loops of the program after all passes, which is held to the reference meaning.
  private func loops(_ graph: Graph, tolerance: Double = 2e-5) throws -> [Scan] {
    var unfused = CompilerOptions()
    unfused.fuses = false
    try expectCompiledEqualsReference(graph, unfused, tolerance: tolerance)
    let program = try expectCompiledEqualsReference(graph, tolerance: tolerance).optimized
    let reached = program.reachedNodes()
    return reached.indices.filter { reached[$0] }.compactMap { program.store.op(of: $0) as? Scan }
  }

  private func products(_ scan: Scan) -> Int {
    (0..<scan.body.store.count).count { scan.body.store.op(of: $0) is Dot }
  }

  /// The steps of [batch, steps, features].
  private func steps(_ x: Tensor) -> [Tensor] {
    (0..<x.extent(1)).map { slice(x, axis: 1, $0..<$0 + 1).reshape([x.extent(0), x.extent(2)]) }
  }

  private func weight(_ graph: Graph, _ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Tensor {
    graph.scope("layer").parameter(name, shape, .zeros, dtype: dtype)
  }

  /// A layer over tensors, written as a loop in Swift: the state after each.
  private func layer(_ inputs: [Tensor], _ name: String = "", from start: Tensor? = nil) -> [Tensor] {
    let (graph, features, dtype) = (inputs[0].graph, inputs[0].extent(1), inputs[0].dtype)
    let (wx, wh) = (weight(graph, name + "x", [features, 5], dtype), weight(graph, name + "h", [5, 5], dtype))
    var h = start ?? graph.constant(NDArray(zeros: [2, 5], dtype))
    return inputs.map { x in
      h = tanh(dot(x, wx) + dot(h, wh) + weight(graph, name + "b", [5], dtype))
      return h
    }
  }

  /// Reports a loss and its gradients in all parameters and in what is given.
  private func report(_ loss: Tensor, alsoIn others: [Tensor] = []) {
    let graph = loss.graph
    graph.report("loss", loss)
    let targets = graph.snapshot.effects.variables.map { Tensor(graph, $0.current) } + others
    for (place, slope) in gradients(of: loss, in: targets).enumerated() { graph.report("g\(place)", slope) }
  }

  @Test(arguments: [DType.float32, .float64]) func aRecurrenceAndItsGradientAreLoops(dtype: DType) throws {
    let graph = Graph()
    let x = graph.input("x", [2, 9, 3], dtype)
    let states = layer(steps(x))
    report(sum(states[8] * states[8]))
    let found = try loops(graph, tolerance: dtype == .float64 ? 1e-12 : 2e-5)
    // The first step of the gradient has no cotangent from behind, the last hands none on.
    #expect(found.map(\.length) == [9, 7])
    #expect(found.map(\.isReverse) == [false, true])
    // The product with the state stays; those of the inputs and of the weights' gradients leave, with the sums.
    #expect(found.map(products) == [1, 1])
    #expect(found.map(\.counts.carries) == [1, 1])
  }

  @Test func aLossOfEveryStep() throws {
    let graph = Graph()
    let x = graph.input("x", [2, 7, 3])
    var total = graph.constant(NDArray(zeros: []))
    for state in layer(steps(x), from: graph.input("h", [2, 5])) { total = total + sum(state * state) }
    report(total, alsoIn: [x, graph.input("h", [2, 5])])
    #expect(try loops(graph).count >= 2)
  }

  /// Two layers in one loop over time become a loop each, as if they had been written one after the other.
  @Test func layersOfOneLoopAreLoopsOfTheirOwn() throws {
    let graph = Graph()
    let (wx, wh) = (weight(graph, "x", [3, 4]), weight(graph, "h", [4, 4]))
    let (vx, vh) = (weight(graph, "vx", [4, 6]), weight(graph, "vh", [6, 6]))
    var (h, k) = (graph.constant(NDArray(zeros: [2, 4])), graph.constant(NDArray(zeros: [2, 6])))
    for x in steps(graph.input("x", [2, 8, 3])) {
      h = tanh(dot(x, wx) + dot(h, wh))
      k = tanh(dot(h, vx) + dot(k, vh))
    }
    report(sum(k * k))
    let found = try loops(graph)
    #expect(found.count == 4)
    #expect(found.map(products) == [1, 1, 1, 1])
  }

  /// Steps taken from the last to the first, and steps that are no slices of one tensor.
  @Test func sequencesOfOtherKinds() throws {
    let backwards = Graph()
    report(sum(layer(steps(backwards.input("x", [2, 6, 3])).reversed()).last!))
    #expect(try loops(backwards).map(\.isReverse) == [true, false])

    let separate = Graph()
    report(sum(layer((0..<8).map { separate.input("x\($0)", [2, 3]) }).last!))
    let lengths = try loops(separate).map(\.length)
    #expect(lengths == [8, 6])

    let everySecond = Graph()
    let all = steps(everySecond.input("x", [2, 12, 3]))
    report(sum(layer(stride(from: 0, to: 12, by: 2).map { all[$0] }).last!))
    #expect(try loops(everySecond).map(\.length) == [6, 4])
  }

  /// A step that differs ends a loop; those before and behind it are loops if they are enough.
  @Test func aStepThatDiffers() throws {
    let graph = Graph()
    let (wx, wh) = (weight(graph, "x", [3, 5]), weight(graph, "h", [5, 5]))
    var h = graph.constant(NDArray(zeros: [2, 5]))
    for (place, x) in steps(graph.input("x", [2, 11, 3])).enumerated() {
      let sum = dot(x, wx) + dot(h, wh)
      h = place == 5 ? sigmoid(sum) : tanh(sum)
    }
    graph.report("h", h)
    #expect(try loops(graph).map(\.length).reduce(0, +) >= 9)
  }

  @Test func whatIsNoLoopStays() throws {
    // Weights of their own for each layer.
    let deep = Graph()
    var h = deep.input("x", [2, 5])
    for place in 0..<8 { h = relu(dot(h, weight(deep, "w\(place)", [5, 5]))) }
    report(sum(h))
    #expect(try loops(deep).isEmpty)

    // Three steps.
    let short = Graph()
    report(sum(layer(steps(short.input("x", [2, 3, 3]))).last!))
    #expect(try loops(short).isEmpty)

    // A state from two steps before.
    let far = Graph()
    let w = weight(far, "w", [5, 5])
    var states = [far.input("a", [2, 5]), far.input("b", [2, 5])]
    for place in 0..<8 { states.append(tanh(dot(states[place + 1], w) + states[place])) }
    far.report("h", states[9])
    #expect(try loops(far).isEmpty)
  }

  /// Random numbers of its own for each step are drawn before the loop, as they would be without one.
  @Test func everyStepKeepsItsRandomNumbers() throws {
    let graph = Graph()
    let scope = graph.scope("layer")
    var h = graph.input("x", [2, 5])
    for _ in 0..<8 { h = dropout(tanh(dot(h, weight(graph, "w", [5, 5]))), rate: 0.5, from: scope) }
    report(sum(h))
    graph.advanceRandomStep()
    #expect(try loops(graph).count == 2)
  }

  /// The work of the pass grows with the steps, and with the nodes where nothing repeats.
  @Test func workIsInProportion() throws {
    func reads(_ build: (Graph, Int) -> Void, _ size: Int) throws -> Int {
      let graph = Graph()
      build(graph, size)
      var context = PassContext()
      _ = try PassPlan([RerollPass()]).run(ProgramGraph(tracing: graph), &context)
      return context.reports[0].reads
    }
    func recurrence(_ graph: Graph, _ size: Int) { report(sum(layer(steps(graph.input("x", [2, size, 3]))).last!)) }
    // Products by one weight at equal distances, with other nodes between them each time.
    func noRecurrence(_ graph: Graph, _ size: Int) {
      var x = graph.input("x", [4, 4])
      for place in 0..<size {
        x = dot(x, weight(graph, "w", [4, 4]))
        x = place * place % 7 < 3 ? tanh(sigmoid(x)) : sigmoid(tanh(x))
      }
      graph.report("x", x)
    }
    for build in [recurrence, noRecurrence] {
      #expect(try Double(reads(build, 2000)) <= 5.5 * Double(reads(build, 400)))
    }
  }
}
