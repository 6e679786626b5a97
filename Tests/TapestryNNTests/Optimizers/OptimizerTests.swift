import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct OptimizerTests {
  /// A program that steps down sum((p - target)^2 * weight) in float64.
  private func program(_ optimizer: Optimizer) throws -> Stepper {
    let graph = Graph()
    let start = Initializer("start") { _, _ in NDArray(OptimizerReference.start) }
    let p = graph.scope("model").parameter("p", [3], start, dtype: .float64)
    let distance = p - graph.constant(NDArray(OptimizerReference.target))
    let loss = sum(distance * distance * graph.constant(NDArray(OptimizerReference.weight)))
    graph.report("loss", loss)
    graph.minimize(loss, with: optimizer)
    return try Stepper(graph)
  }

  @Test(arguments: [
    (Optimizer.sgd(learningRate: 0.0625), OptimizerReference.sgd),
    (.momentum(learningRate: 0.0625), OptimizerReference.momentum),
    (.nesterov(learningRate: 0.0625), OptimizerReference.nesterov),
    (.adam(learningRate: 0.0625), OptimizerReference.adam),
    (.adam(learningRate: 0.0625, beta1: 0.5, beta2: 0.9, epsilon: 1e-3), OptimizerReference.adamOfOtherBetas),
  ]) func itStepsAsPyTorchDoes(optimizer: Optimizer, reference: [[Double]]) throws {
    var program = try program(optimizer)
    #expect(reference.count == 5)
    for row in reference {
      try program.step()
      for (own, other) in zip(program.doubles("model/p"), row) {
        #expect(abs(own - other) <= 1e-13 * Swift.max(abs(other), 1), "\(optimizer.name): \(own) against \(other)")
      }
    }
  }

  @Test func whatItRemembersLiesBesideTheParameter() throws {
    var adam = try program(.adam())
    #expect(adam.paths == ["model/p", "optimizer/rate", "optimizer/step", "model/p/adam/m", "model/p/adam/v"])
    try adam.step()
    try adam.step()
    #expect(adam.doubles("optimizer/step") == [2])
    #expect(adam.doubles("optimizer/rate") == [1e-3])
    #expect(try program(.sgd()).paths == ["model/p", "optimizer/rate"])
    #expect(try program(.momentum()).paths == ["model/p", "optimizer/rate", "model/p/momentum/velocity"])
  }

  @Test func theLearningRateIsState() throws {
    var program = try program(.sgd(learningRate: 0.5))
    program.set("optimizer/rate", to: NDArray(Float(0)))
    try program.step()
    #expect(program.doubles("model/p") == OptimizerReference.start)
    program.set("optimizer/rate", to: NDArray(Float(0.0625)))
    try program.step()
    #expect(program.doubles("model/p") == OptimizerReference.sgd[0])
  }

  @Test func aRuleOfOnesOwnSteps() throws {
    let signs = Optimizer("signs", learningRate: 0.25, memory: ["last"], countsSteps: true) { step in
      .init(parameter: step.parameter - step.rate * step.number * sign(step.gradient), memory: [step.gradient])
    }
    var program = try program(signs)
    try program.step()
    #expect(program.doubles("model/p") == [0.75, -1.75, 0.5])
    #expect(program.doubles("model/p/signs/last") == [1.5, -1.25, 0])
    try program.step()
    #expect(program.doubles("model/p") == [0.25, -1.25, 0.5])
  }

  @Test func adamOfFloat32KeepsItsPrecisionAtTheFirstStep() throws {
    let graph = Graph()
    let p = graph.scope("model").parameter("p", [1], .ones)
    graph.minimize(sum(p), with: .adam(learningRate: 0.125))
    var program = try Stepper(graph)
    try program.step()
    #expect(program.doubles("model/p") == [0.875])
  }

  @Test func aRuleThatKeepsOtherThanItDeclaresIsDiagnosed() {
    let graph = Graph()
    let forgetful = Optimizer("forgetful", learningRate: 1, memory: ["a", "b"]) { step in
      .init(parameter: step.parameter - step.gradient, memory: [step.gradient])
    }
    let loss = sum(graph.scope("m").parameter("p", [2], .ones))
    graph.minimize(loss, with: forgetful, file: "App/Main.swift", line: 3)
    #expect(
      graph.diagnostics.map(\.description) == [
        "App/Main.swift:3: the rule of forgetful keeps 1 tensors for 'm/p', but declares 2; return one for each name in "
          + "`memory`, in that order"
      ])
  }
}
