import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct MinimizeTests {
  private let graph = Graph()

  private func parameter(_ path: String) -> Tensor {
    graph.scope("m", file: "App/Main.swift", line: 1).parameter(path, [2], .ones)
  }

  private func minimize(_ loss: Tensor, over choice: Minimized = .reached, with optimizer: Optimizer = .sgd()) {
    graph.minimize(loss, over: choice, with: optimizer, file: "App/Main.swift", line: 9)
  }

  private var messages: [String] { graph.diagnostics.map(\.description) }

  /// The paths that were assigned.
  private var assigned: [String] { graph.snapshot.effects.variables.filter { $0.version > 0 }.map(\.path) }

  @Test func theDefaultIsEveryTrainableTheLossReaches() {
    let (a, b, _) = (parameter("a"), parameter("b"), parameter("unused"))
    let statistics = graph.scope("m").state("mean", [2])
    minimize(sum(a * b * statistics))
    #expect(messages.isEmpty)
    #expect(assigned == ["m/a", "m/b"])
  }

  @Test func aScopeRestrictsIt() {
    let (a, b) = (parameter("a"), graph.scope("mm").parameter("b", [2], .ones))
    minimize(sum(a * b), over: .within(graph.scope("m")))
    #expect(assigned == ["m/a"])
    #expect(graph.variable("m/optimizer/rate") != nil)
  }

  @Test func aListRestrictsIt() {
    let (a, b) = (parameter("a"), parameter("b"))
    minimize(sum(a * b), over: .listed([b, b]))
    #expect(messages.isEmpty)
    #expect(assigned == ["m/b"])
  }

  @Test func aListedParameterTheLossDoesNotReachIsDiagnosed() {
    let (a, b) = (parameter("a"), parameter("b"))
    minimize(sum(a), over: .listed([a, b]))
    #expect(
      messages == [
        "App/Main.swift:9: the loss does not reach parameter 'm/b'; use it in the loss, or leave it out of the list"
      ])
  }

  @Test func aListedParameterBehindACutIsDiagnosedInOtherWords() {
    let (a, b) = (parameter("a"), parameter("b"))
    minimize(sum(a * stopGradient(b * 2, file: "App/Main.swift", line: 5)), over: .listed([a, b]))
    #expect(
      messages == [
        "App/Main.swift:9: the loss reaches parameter 'm/b' only through 'stopGradient' at App/Main.swift:5, which no "
          + "gradient passes; let a path without it lead there, or leave the parameter out of the list"
      ])
  }

  @Test func aLossThatReachesNothingIsDiagnosed() {
    _ = parameter("a")
    minimize(sum(graph.input("x", [2])))
    #expect(
      messages == [
        "App/Main.swift:9: the loss reaches no parameter; make parameters with `scope.parameter` and use them in the loss"
      ])
  }

  @Test func aLossThatReachesOnlyThroughCutsIsDiagnosedInOtherWords() {
    let loss = sum(stopGradient(parameter("a"), file: "App/Main.swift", line: 5))
    minimize(loss, over: .within(graph.scope("m")))
    #expect(
      messages == [
        "App/Main.swift:9: the loss reaches no parameter of scope 'm' but through cuts: 'm/a' only through "
          + "'stopGradient' at App/Main.swift:5; let a path without cuts lead from the loss to a parameter"
      ])
  }

  @Test func whatIsNoParameterIsDiagnosed() {
    let a = parameter("a")
    let state = graph.scope("m").state("mean", [2])
    minimize(sum(a * state), over: .listed([a * 2, state]))
    #expect(messages.count == 2)
    #expect(messages.first?.contains("is no parameter of this tracing") == true)
    #expect(messages.last?.contains("state 'm/mean' is minimized over, but is not trainable") == true)
    minimize(sum(a), over: .listed([]))
    #expect(messages.last?.contains("an empty list of parameters") == true)
  }

  @Test func aLossThatIsNotScalarIsDiagnosed() {
    minimize(parameter("a"))
    #expect(
      messages == [
        "App/Main.swift:9: the loss is float32[2], not a float scalar; reduce it with `mean` or `sum`"
      ])
    #expect(assigned.isEmpty)
  }

  @Test func aLossOfAnotherGraphIsDiagnosedInBoth() {
    let other = Graph()
    minimize(sum(other.scope("m").parameter("a", [2], .ones)))
    #expect(graph.diagnostics.map(\.code) == [.mixedGraphs] && other.diagnostics.map(\.code) == [.mixedGraphs])
  }

  @Test(arguments: [
    (Optimizer.sgd(learningRate: -1), "the learning rate of sgd is -1.0, which is not a number of 0 or more"),
    (.adam(learningRate: .nan), "the learning rate of adam is nan, which is not a number of 0 or more"),
    (.adam(beta2: 1), "beta2 of adam is 1.0, which is not at least 0 and below 1"),
    (.nesterov(momentum: -0.5), "momentum of nesterov is -0.5, which is not at least 0 and below 1"),
  ]) func settingsOutsideTheirRangeAreDiagnosed(optimizer: Optimizer, message: String) {
    minimize(sum(parameter("a")), with: optimizer)
    #expect(graph.diagnostics.map(\.message) == [message])
  }

  @Test func aPoisonedLossStaysSilent() {
    let poisoned = parameter("a") + graph.input("x", [3])
    #expect(messages.count == 1)
    minimize(sum(poisoned))
    #expect(messages.count == 1)
  }

  @Test func twoOptimizersOfOneProgramKeepTheirOwn() throws {
    let (a, b) = (parameter("a"), parameter("b"))
    minimize(sum(a), with: .adam())
    minimize(sum(b), with: .adam())
    minimize(sum(parameter("a") * 2), with: .adam())
    #expect(messages.isEmpty)
    let paths = Set(graph.snapshot.effects.variables.map(\.path))
    #expect(paths.isSuperset(of: ["optimizer/rate", "optimizer-2/rate", "optimizer-3/step"]))
    #expect(paths.isSuperset(of: ["m/a/adam/m", "m/a/adam-2/m", "m/b/adam/m"]))
  }

  @Test func aLossTracedAfterAStepReadsTheParameterAfterIt() throws {
    let a = parameter("a")
    minimize(sum(a * 2), with: .sgd(learningRate: 0.25))
    graph.report("after", sum(parameter("a")))
    var program = try Stepper(graph)
    #expect(try program.step()["after"]?.doubles == [1])
    #expect(try program.step()["after"]?.doubles == [0])
  }

  @Test func aLaterGradientDoesNotGoThroughAStep() throws {
    let (a, b) = (parameter("a"), parameter("b"))
    minimize(sum(a * b), over: .listed([a]), with: .sgd(learningRate: 0.25))
    // Through the step, a would depend on b; so only the second factor counts.
    graph.report("gradient", gradient(of: sum(parameter("a") * b), in: b))
    var program = try Stepper(graph)
    #expect(try program.step()["gradient"]?.doubles == [0.75, 0.75])
  }
}
