import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// One step for several runs. The references are PyTorch's, with `backward` called four times before each `step`.
@Suite struct AccumulationTests {
  private let x = Input("x", [nil, 3], .float64)
  private let y = Input("y", [nil, 1], .float64)

  private func program(_ optimizer: Optimizer) -> Program {
    Program.traced { [x, y] t in
      let w = t.scope("m").parameter("w", [3, 1], .zeros, dtype: .float64)
      t.minimize(meanSquaredError(dot(t[x], w), t[y]), with: optimizer)
    }
  }

  private static let full: [(String, Optimizer)] = [
    ("batch", Optimizer.adam(learningRate: 1e-2).decayingWeights(by: 0.01)), ("batch sgd", .sgd(learningRate: 1e-2)),
  ].map { ($0, $1.clippingNorm(to: 1).scheduled(.cosine(steps: 40))) }

  /// The state after some steps, each of which sees all rows: at once, or in parts of equal size.
  private func descend(_ reference: ReferenceCase, _ optimizer: Optimizer, parts: Int, steps: Int) throws -> ModelState
  {
    let program = program(parts == 1 ? optimizer : optimizer.accumulating(over: parts))
    let rows = try ["x", "y"].map { try #require(reference.inputs[$0]).array(.float64) }
    var state = try program.initialState()
    state["m/w"] = try #require(reference.parameters["w"]).array(.float64)
    for run in 0..<steps * parts {
      let batch = try rows.map { array in
        let count = array.count / parts
        let start = run % parts * count
        return try NDArray(
          Array(array.doubles[start..<start + count]), shape: [array.shape[0] / parts, array.shape[1]])
      }
      _ = try program.run(&state, [x: batch[0], y: batch[1]])
    }
    return state
  }

  @Test(arguments: full.indices) func itIsTheStepOfTheBigBatch(rule: Int) throws {
    let (name, optimizer) = Self.full[rule]
    let reference = try ReferenceCase.named(name, in: "optimizers")
    for (parts, steps) in [(4, 1), (4, 2), (4, 20), (8, 20), (2, 20), (1, 20)] {
      let w = try #require(try descend(reference, optimizer, parts: parts, steps: steps)["m/w"])
      #expect(try #require(reference.outputs["w \(steps)"]).error(of: w) < 1e-10, "\(parts) parts, \(steps) steps")
    }
  }

  @Test func onlyAStepChangesWhatTheOptimizerKeeps() throws {
    let (name, optimizer) = Self.full[0]
    let reference = try ReferenceCase.named(name, in: "optimizers")
    let program = program(optimizer.accumulating(over: 3))
    var state = try program.initialState()
    #expect(
      state.paths == [
        "m/w", "m/w/adam/gradient", "m/w/adam/m", "m/w/adam/v", "optimizer/rate", "optimizer/run", "optimizer/step",
      ])
    let feeds: Feeds = try [
      x: #require(reference.inputs["x"]).array(.float64), y: #require(reference.inputs["y"]).array(.float64),
    ]
    let start = state
    for run in 1...3 {
      _ = try program.run(&state, feeds)
      #expect(state["optimizer/run"]?.doubles == [Double(run % 3)])
      #expect(state["optimizer/step"]?.doubles == [run == 3 ? 1 : 0])
      for path in ["m/w", "m/w/adam/m", "m/w/adam/v"] { #expect((state[path] == start[path]) == (run < 3), "\(path)") }
      #expect((state["m/w/adam/gradient"] == start["m/w/adam/gradient"]) == (run == 3))
    }
  }

  @Test func aNumberOfRunsBelowOneIsDiagnosed() {
    let graph = Graph()
    let loss = sum(graph.scope("m").parameter("a", [2], .ones))
    graph.minimize(loss, with: .sgd().accumulating(over: 0), file: "App/Main.swift", line: 3)
    #expect(
      graph.diagnostics.map(\.description) == [
        "App/Main.swift:3: the gradients of sgd are gathered over 0 runs, which is not 1 or more; choose a value inside "
          + "the range"
      ])
  }

  @Test func aRuleWithAGradientOfItsOwnGathersNone() {
    let own = Optimizer("own", learningRate: 1, memory: ["gradient"]) {
      .init(parameter: $0.parameter, memory: $0.memory)
    }
    let graph = Graph()
    graph.minimize(sum(graph.scope("m").parameter("a", [2], .ones)), with: own.accumulating(over: 2))
    #expect(graph.diagnostics.map(\.message) == ["own keeps a 'gradient' of its own while gradients are gathered"])
  }

  /// The short last batch is another specialisation over the same state.
  @Test(arguments: [("single rows", 1), ("batches of three", 3), ("all rows", 8)])
  func descentByAnyBatch(name: String, size: Int) throws {
    let reference = try ReferenceCase.named(name, in: "optimizers")
    let program = program(.momentum(learningRate: 1e-2))
    var state = try program.initialState()
    state["m/w"] = try #require(reference.parameters["w"]).array(.float64)
    let (rows, targets) = (try #require(reference.inputs["x"]).values, try #require(reference.inputs["y"]).values)
    var (start, update) = (0, 0)
    while update < 20 {
      let end = Swift.min(start + size, 8)
      _ = try program.run(
        &state,
        [
          x: NDArray(Array(rows[3 * start..<3 * end]), shape: [end - start, 3]),
          y: NDArray(Array(targets[start..<end]), shape: [end - start, 1]),
        ])
      start = end % 8
      update += 1
      if let wanted = reference.outputs["w \(update)"] {
        #expect(wanted.error(of: try #require(state["m/w"])) < 1e-9, "update \(update)")
      }
    }
  }
}
