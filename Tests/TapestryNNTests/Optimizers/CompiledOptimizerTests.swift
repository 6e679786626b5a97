import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// The optimizers as a user runs them: compiled, with state by path.
@Suite struct CompiledOptimizerTests {
  private let loss = Output("loss")

  /// A program that steps down sum((p - target)^2 * weight) in float32.
  private func program(_ optimizer: Optimizer) -> Program {
    Program.traced { [loss] t in
      let start = Initializer("start") { _, _ in NDArray(OptimizerReference.start.map { Float($0) }) }
      let p = t.scope("model").parameter("p", [3], start)
      let distance = p - t.graph.constant(NDArray(OptimizerReference.target.map { Float($0) }))
      let cost = sum(distance * distance * t.graph.constant(NDArray(OptimizerReference.weight.map { Float($0) })))
      t.report(loss, cost)
      t.minimize(cost, with: optimizer)
    }
  }

  @Test(arguments: [
    (Optimizer.sgd(learningRate: 0.0625), OptimizerReference.sgd),
    (.momentum(learningRate: 0.0625), OptimizerReference.momentum),
    (.nesterov(learningRate: 0.0625), OptimizerReference.nesterov),
    (.adam(learningRate: 0.0625), OptimizerReference.adam),
  ]) func itStepsAsPyTorchDoes(optimizer: Optimizer, reference: [[Double]]) throws {
    let program = program(optimizer)
    var state = try program.initialState(seed: 1)
    for row in reference {
      _ = try program.run(&state, [:])
      for (own, other) in zip(try #require(state["model/p"]).doubles, row) {
        #expect(abs(own - other) <= 2e-6 * Swift.max(abs(other), 1), "\(optimizer.name): \(own) against \(other)")
      }
    }
  }

  @Test func anEvaluationTakesNoStep() throws {
    let program = program(.adam())
    let state = try program.initialState(seed: 1)
    let first = try program.evaluate(state, [:]).scalar(loss)
    #expect(try program.evaluate(state, [:]).scalar(loss) == first)
    #expect(state.paths == ["model/p", "model/p/adam/m", "model/p/adam/v", "optimizer/rate", "optimizer/step"])
  }

  @Test func theLearningRateIsChangedInTheState() throws {
    let program = program(.sgd(learningRate: 0.5))
    var state = try program.initialState(seed: 1)
    state["optimizer/rate"] = NDArray(Float(0.0625))
    _ = try program.run(&state, [:])
    #expect(state["model/p"]?.doubles == OptimizerReference.sgd[0])
  }

  @Test func twoPlayersOfAGameMoveInTurn() throws {
    let game = Program.traced { [loss] t in
      let (first, second) = (t.scope("first"), t.scope("second"))
      func value() -> Tensor { first.parameter("a", [], .ones) * second.parameter("b", [], .ones) }
      t.minimize(value(), over: first, with: .sgd(learningRate: 0.25))
      t.minimize(-value(), over: second, with: .sgd(learningRate: 0.5))
      t.report(loss, value())
    }
    var state = try game.initialState()
    // a = 1 - 0.25 b = 0.75, then b = 1 + 0.5 a = 1.375, and what is reported last sees both.
    #expect(try game.run(&state, [:]).scalar(loss) == 0.75 * 1.375)
    #expect(state["first/a"]?.doubles == [0.75] && state["second/b"]?.doubles == [1.375])
    #expect(state.paths.contains("first/optimizer/rate") && state.paths.contains("second/optimizer/rate"))
  }

  @Test func aWrongUseIsOneErrorThatNamesTheLine() {
    let wrong = Program.traced { t in
      let a = t.scope("m").parameter("a", [], .ones)
      t.minimize(stopGradient(a) * 2, over: [a], with: .sgd(), file: "App/Main.swift", line: 3)
    }
    let error = #expect(throws: TapestryError.self) { try wrong.initialState() }
    #expect(error?.code == .invalidGraph)
    #expect(error?.notes.first?.hasPrefix("App/Main.swift:3: the loss reaches parameter 'm/a' only through") == true)
  }
}
