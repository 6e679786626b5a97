import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Optimizers, what can be added to them, and schedules against PyTorch's numbers:
/// `Tests/Scripts/reference_optimizers.py`.
@Suite struct OptimizerReferenceTests {
  private static let cases: [(String, Optimizer)] = {
    let sgd = Optimizer.sgd(learningRate: 0.0625)
    let adam = Optimizer.adam(learningRate: 0.0625)
    return [
      ("sgd", sgd),
      ("momentum", .momentum(learningRate: 0.0625)),
      ("nesterov", .nesterov(learningRate: 0.0625)),
      ("adam", adam),
      ("adagrad", .adaGrad(learningRate: 0.25)),
      ("rmsprop", .rmsProp(learningRate: 0.0625)),
      ("rmsprop momentum", .rmsProp(learningRate: 0.03125, decay: 0.9, momentum: 0.5)),
      ("adamW", .adamW(learningRate: 0.0625, weightDecay: 0.125)),
      ("sgd decay", .momentum(learningRate: 0.0625).decayingWeights(by: 0.25)),
      ("adam decay", adam.decayingWeights(by: 0.25)),
      ("clip value", sgd.clippingValues(to: 0.5)),
      ("clip norm", sgd.clippingNorm(to: 1)),
      ("clip norm decay", adam.decayingWeights(by: 0.25).clippingNorm(to: 1)),
      ("step", sgd.scheduled(.steps(every: 6, factor: 0.5))),
      ("exponential", sgd.scheduled(.exponential(0.9))),
      ("cosine", sgd.scheduled(.cosine(steps: 32))),
      ("inverse time", sgd.scheduled(.inverseTime(decay: 0.25))),
      ("warm-up", sgd.scheduled(.warmUp(steps: 5, then: .cosine(steps: 10)))),
    ]
  }()

  @Test(arguments: cases.map(\.0)) func twentyStepsAreThoseOfPyTorch(name: String) throws {
    let optimizer = try #require(Self.cases.first { $0.0 == name }?.1)
    try run(name, optimizer, .float64, [1: 1e-9, 2: 1e-9, 20: 1e-7])
    try run(name, optimizer, .float32, [1: 1e-4])
  }

  private func run(_ name: String, _ optimizer: Optimizer, _ dtype: DType, _ bounds: [Int: Double]) throws {
    let reference = try ReferenceCase.named(name, in: "optimizers")
    let targets = try reference.inputs.mapValues { try $0.array(dtype) }
    let program = Program.traced { t in
      let scope = t.scope("layer")
      guard let ta = targets["a"], let tb = targets["b"] else { return }
      let a = scope.parameter("a", [3], .zeros, dtype: dtype)
      let b = scope.parameter("b", [2, 2], .zeros, dtype: dtype)
      let weight = cast(t.graph.constant(NDArray([1, 0.125, 4])), to: dtype)
      let far = square(square(b - t.graph.constant(tb)))
      t.minimize(sum(square(a - t.graph.constant(ta)) * weight) + sum(far), with: optimizer)
    }
    var state = try program.initialState()
    for (path, value) in reference.parameters { state["layer/" + path] = try value.array(dtype) }
    for step in 1...20 {
      _ = try program.run(&state, [:])
      guard let bound = bounds[step] else { continue }
      for path in ["a", "b"] {
        let wanted = try #require(reference.outputs["\(path) \(step)"])
        let error = wanted.error(of: try #require(state["layer/" + path]))
        #expect(error <= bound, "\(name), \(dtype), \(path) after step \(step)")
      }
    }
  }

  @Test(arguments: [
    Optimizer.sgd().decayingWeights(by: -1), .sgd().clippingValues(to: -1), .adam().clippingNorm(to: .nan),
    .adamW(weightDecay: -0.5), .sgd().scheduled(.cosine(steps: 0)), .sgd().scheduled(.exponential(-1)),
    .sgd().scheduled(.warmUp(steps: 3, then: .steps(every: 0))), .rmsProp(decay: 1),
  ]) func aSettingOutsideItsRangeIsDiagnosed(optimizer: Optimizer) throws {
    let graph = Graph()
    graph.minimize(sum(graph.scope("m").parameter("a", [2], .ones)), with: optimizer)
    #expect(graph.diagnostics.map(\.code) == [.invalidAttribute])
  }

  @Test func aPlateauLowersTheRate() {
    var rate = ReduceOnPlateau(rate: 1, factor: 0.5, patience: 1, least: 0.2)
    let rates = [3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1].map { rate.observe($0) }
    #expect(rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2])
    #expect(rate.best == 1)
  }
}
