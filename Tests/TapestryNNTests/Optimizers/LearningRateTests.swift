import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// The learning rate as state, and settings outside their range.
@Suite struct LearningRateTests {
  private func state(_ dtype: DType) throws -> ModelState {
    try Program.traced { t in
      t.minimize(sum(t.scope("m").parameter("a", [2], .ones, dtype: dtype)), with: .sgd(learningRate: 1e-3))
    }.initialState()
  }

  @Test func itHasThePrecisionOfTheParameters() throws {
    #expect(try state(.float64)["optimizer/rate"] == NDArray(1e-3))
    #expect(try state(.float32)["optimizer/rate"] == NDArray(Float(1e-3)))
  }

  @Test(arguments: [DType.float32, .float64]) func itIsReadAndSet(dtype: DType) throws {
    var state = try state(dtype)
    try state.setLearningRate(0.25)
    #expect(state.learningRate() == 0.25 && state["optimizer/rate"]?.dtype == dtype)
    #expect(state.learningRate(of: "m/optimizer") == nil)
  }

  @Test func aRateThatIsNotThereOrNoRateIsAnError() throws {
    var state = try state(.float32)
    let missing = #expect(throws: TapestryError.self) { try state.setLearningRate(1, of: "optimiser") }
    #expect(missing?.description == "no optimizer keeps its rate at 'optimiser/rate'; did you mean 'optimizer'?")
    let negative = #expect(throws: TapestryError.self) { try state.setLearningRate(-1) }
    #expect(negative?.description == "the learning rate of 'optimizer' is set to -1.0; give a number of 0 or more")
    #expect(state.learningRate() == Double(Float(1e-3)))
  }

  private static let wrong: [(Optimizer, String)] = [
    (Optimizer.sgd().decayingWeights(by: -1), "the weight decay of sgd is -1.0, which is not a number of 0.0 or more"),
    (.adamW(weightDecay: -0.5), "the weight decay of adamW is -0.5, which is not a number of 0.0 or more"),
    (
      .sgd().clippingValues(to: -1), "the bound of the gradients of sgd is -1.0, which is not a number of 0.0 or more"
    ),
    (
      .adam().clippingNorm(to: .nan), "the length of the gradients of adam is nan, which is not a number of 0.0 or more"
    ),
    (.rmsProp(decay: 1), "decay of rmsProp is 1.0, which is not at least 0 and below 1"),
    (.adam(epsilon: -1), "the epsilon of adam is -1.0, which is not a number of 0.0 or more"),
    (
      .sgd().scheduled(.cosine(steps: 0)),
      "the number of steps of the learning rate is 0.0, which is not a number above 0"
    ),
    (
      .sgd().scheduled(.cosine(steps: 5, floor: 2)),
      "the share the learning rate falls to is 2.0, which is not in 0 ... 1"
    ),
    (
      .sgd().scheduled(.exponential(-1)), "the factor of the learning rate is -1.0, which is not a number above 0"
    ),
    (.sgd().scheduled(.inverseTime(decay: -1)), "the decay of the learning rate is -1.0, which is not 0 or more"),
    (.sgd().scheduled(.steps(at: [0, 3])), "the learning rate changes at the steps [0, 3]"),
    (
      .sgd().scheduled(.warmUp(steps: 3, then: .steps(every: 0))), "the learning rate changes every 0 steps"
    ),
  ]

  @Test(arguments: wrong.indices) func aSettingOutsideItsRangeIsDiagnosed(row: Int) throws {
    let graph = Graph()
    graph.minimize(sum(graph.scope("m").parameter("a", [2], .ones)), with: Self.wrong[row].0)
    #expect(graph.diagnostics.map(\.code) == [.invalidAttribute])
    #expect(graph.diagnostics.map(\.message) == [Self.wrong[row].1])
  }

  @Test func aPlateauOutsideItsRangeIsAnError() {
    let error = #expect(throws: TapestryError.self) { try ReduceOnPlateau(rate: 0.1, factor: 1) }
    #expect(error?.code == .invalidAttribute)
    #expect(error?.remedy == "give a factor in 0 ..< 1 and all others 0 or more")
  }

  @Test(arguments: 0...5) func aPlateauGoesOnFromItsMemory(told: Int) throws {
    let values = [0.5, 0.5, 0.4, 0.4, 0.4, 0.4]
    var whole = try ReduceOnPlateau(rate: 0.1, factor: 1.0 / 3, patience: 1)
    var first = whole
    for value in values.prefix(told) { _ = first.observe(value) }
    var resumed = whole
    try resumed.resume(from: first.memory)
    #expect(resumed == first)
    for value in values.dropFirst(told) { _ = resumed.observe(value) }
    for value in values { _ = whole.observe(value) }
    #expect(resumed == whole && whole.rate < 0.1)
  }

  @Test(arguments: [
    "", "0.1 0.5", "0.1 0.5 2", "0.1 0.5 -1", "-1 0.5 0", "0.1 nan 0", "inf 1 0", "0.1 0.5 0 0", "x 1 0",
  ])
  func whatIsNoMemoryOfAPlateauIsRefused(text: String) throws {
    var plateau = try ReduceOnPlateau(rate: 0.1, patience: 1)
    let before = plateau
    let error = #expect(throws: TapestryError.self) { try plateau.resume(from: text) }
    #expect(error?.code == .invalidState && plateau == before)
  }

  @Test func aFloat64ModelOfAFloat32RateIsToldWhatItWants() throws {
    var wide = try state(.float64)
    var old = wide
    old["optimizer/rate"] = NDArray(Float(1e-3))
    let error = #expect(throws: TapestryError.self) { try wide.load(from: old) }
    #expect(error?.notes == ["'optimizer/rate' is float32[], the state wants float64[]"])
  }
}
