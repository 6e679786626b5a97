import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Optimizers, what can be added to them, and schedules against PyTorch's numbers:
/// `Tests/Scripts/reference_optimizers.py`.
@Suite struct OptimizerReferenceTests {
  /// Moves a and b down a loss.
  typealias Mover = @Sendable (Tracing, Tensor) -> Void

  private static func moving(with optimizer: Optimizer) -> Mover { { t, loss in t.minimize(loss, with: optimizer) } }

  private static let sgd = Optimizer.sgd(learningRate: 0.0625)
  private static let adam = Optimizer.adam(learningRate: 0.0625)

  private static let rules: [(String, Optimizer)] = [
    ("sgd", sgd),
    ("momentum", .momentum(learningRate: 0.0625)),
    ("nesterov", .nesterov(learningRate: 0.0625)),
    ("adam", adam),
    ("adagrad", .adaGrad(learningRate: 0.25)),
    ("rmsprop", .rmsProp(learningRate: 0.0625)),
    ("rmsprop momentum", .rmsProp(learningRate: 0.03125, decay: 0.9, momentum: 0.5)),
    ("adamW", .adamW(learningRate: 0.0625, weightDecay: 0.125)),
    ("sgd 1e-3", .sgd(learningRate: 1e-3)),
    ("nesterov 3e-3", .nesterov(learningRate: 3e-3)),
    ("adam 1e-3", .adam(learningRate: 1e-3)),
    ("adamW 1e-3", .adamW(learningRate: 1e-3)),
    ("rmsprop 1e-3", .rmsProp(learningRate: 1e-3)),
    ("adagrad 1e-2", .adaGrad(learningRate: 1e-2)),
    ("sgd decay", .momentum(learningRate: 0.0625).decayingWeights(by: 0.25)),
    ("adam decay", adam.decayingWeights(by: 0.25)),
    ("adamW", adam.decayingWeights(by: 0.125, .decoupled)),
    ("adamW except b", .adamW(learningRate: 1e-3, weightDecay: 0.125, except: ["layer/b"])),
    ("sgd decay except a", .sgd(learningRate: 1e-2).decayingWeights(by: 0.25, except: ["**/a"])),
    ("clip value", sgd.clippingValues(to: 0.5)),
    ("clip norm", sgd.clippingNorm(to: 1)),
    ("clip norm decay", adam.decayingWeights(by: 0.25).clippingNorm(to: 1)),
    ("step", sgd.scheduled(.steps(every: 6, factor: 0.5))),
    ("marks", sgd.scheduled(.steps(at: [3, 10], factor: 0.3))),
    ("exponential", sgd.scheduled(.exponential(0.9))),
    ("cosine", sgd.scheduled(.cosine(steps: 32))),
    ("cosine floor", .adam(learningRate: 1e-2).scheduled(.cosine(steps: 25, floor: 0.1))),
    ("inverse time", sgd.scheduled(.inverseTime(decay: 0.25))),
    ("warm-up", sgd.scheduled(.warmUp(steps: 5, then: .cosine(steps: 10)))),
  ]

  @Test(arguments: rules.indices) func twentyStepsAreThoseOfPyTorch(rule: Int) throws {
    let (name, optimizer) = Self.rules[rule]
    try descend(name, Self.moving(with: optimizer))
  }

  @Test func groupsHaveOptimizersOfTheirOwn() throws {
    try descend("groups") { t, loss in
      t.minimize(loss, over: ["**/a"], with: .momentum(learningRate: 1e-2))
      t.minimize(loss, over: "layer/b", with: .adam(learningRate: 1e-3))
    }
  }

  @Test func frozenParametersStay() throws {
    try descend("frozen a") { $0.minimize($1, with: .adam(learningRate: 1e-3), freezing: ["layer/a"]) }
  }

  @Test(arguments: [("plateau", Goal.lowest), ("plateau rising", .highest)])
  func aPlateauLowersTheRate(name: String, goal: Goal) throws {
    let reference = try ReferenceCase.named(name, in: "optimizers")
    let least = goal == .lowest ? 0.02 : 0
    var plateau = try ReduceOnPlateau(rate: 0.1, goal: goal, factor: 0.5, patience: 2, least: least)
    let observed = try #require(reference.inputs["observed"]).values
    #expect(observed.map { plateau.observe($0) } == reference.outputs["rates"]?.values)
    #expect(plateau.best == (goal == .lowest ? observed.min() : observed.max()))
  }

  private func descend(_ name: String, _ move: @escaping Mover) throws {
    try descend(name, .float64, [1: 1e-9, 2: 1e-9, 20: 1e-7], move)
    try descend(name, .float32, [1: 1e-4], move)
  }

  private func descend(_ name: String, _ dtype: DType, _ bounds: [Int: Double], _ move: @escaping Mover) throws {
    let reference = try ReferenceCase.named(name, in: "optimizers")
    let targets = try reference.inputs.mapValues { try $0.array(dtype) }
    let program = Program.traced { t in
      let scope = t.scope("layer")
      guard let ta = targets["a"], let tb = targets["b"] else { return }
      let a = scope.parameter("a", [3], .zeros, dtype: dtype)
      let b = scope.parameter("b", [2, 2], .zeros, dtype: dtype)
      let weight = cast(t.graph.constant(NDArray([1, 0.125, 4])), to: dtype)
      let far = square(square(b - t.graph.constant(tb)))
      move(t, sum(square(a - t.graph.constant(ta)) * weight) + sum(far))
    }
    var state = try program.initialState()
    for (path, value) in reference.parameters { state["layer/" + path] = try value.array(dtype) }
    for step in 1...(bounds.keys.max() ?? 0) {
      _ = try program.run(&state, [:])
      guard let bound = bounds[step] else { continue }
      for path in ["a", "b"] {
        let wanted = try #require(reference.outputs["\(path) \(step)"])
        let error = wanted.error(of: try #require(state["layer/" + path]))
        #expect(error <= bound, "\(name), \(dtype), \(path) after step \(step)")
      }
    }
  }
}
