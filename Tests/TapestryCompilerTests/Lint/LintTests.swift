import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// Each lint has a program that triggers it and a near miss that does not.
@Suite struct LintTests {
  private let x = Input("x", [nil, 4])
  private let loss = Output("loss")

  /// The names of what is found in a program of one batch of ones.
  private func found(
    budget: Int = Lint.usualBudget, runs: Bool = false, _ build: @escaping @Sendable (Tracing, Tensor) -> Tensor
  ) throws -> [LintFinding] {
    let (x, loss) = (x, loss)
    let program = Program.traced { t in t.report(loss, build(t, t[x])) }
    let feeds: Feeds = [x: NDArray(repeating: 1, [3, 4])]
    return try program.lint(for: feeds, state: runs ? program.initialState() : nil, budget: budget)
  }

  /// A step down the gradient of some variables of a scope.
  private func step(_ t: Tracing, _ loss: Tensor, _ scope: Scope, _ names: String...) {
    let tensors = names.map { Tensor(t.graph, t.graph.variable("\(scope.path)/\($0)")!.current) }
    for (name, (tensor, change)) in zip(names, zip(tensors, gradients(of: loss, in: tensors))) {
      scope.assign(name, tensor - change * 0.1)
    }
  }

  @Test func everyLintHasANameOfItsOwn() {
    let names = Lint.all.map(\.name)
    #expect(Set(names).count == 9 && Lint.all.allSatisfy { $0.summary.hasSuffix(".") })
  }

  @Test(arguments: [true, false]) func aParameterNobodyUses(isUsed: Bool) throws {
    let findings = try found { t, x in
      let scope = t.scope("layer")
      let (a, b) = (scope.parameter("a", [4], .ones), scope.parameter("b", [4], .ones))
      return sum(isUsed ? x * a + b : x * a)
    }
    #expect(findings.map(\.lint) == (isUsed ? [] : ["unused-parameter"]))
    guard let finding = findings.first else { return }
    #expect(finding.message == "parameter 'layer/b' is declared and never used" && finding.scope == "layer")
    #expect("\(finding)".hasPrefix("unused-parameter: TapestryCompilerTests/LintTests.swift:"))
  }

  @Test(arguments: [true, false]) func aGradientThatIsCut(isCut: Bool) throws {
    let findings = try found { t, x in
      let scope = t.scope("layer")
      let (a, b) = (scope.parameter("a", [4], .ones), scope.parameter("b", [4], .ones))
      // The near miss has a cut, too, beside a way that is open.
      let scale = isCut ? stopGradient(b * 2) : stopGradient(b * 2) + b
      let loss = sum(x * a * scale)
      step(t, loss, scope, "a")
      return loss
    }
    #expect(findings.map(\.lint) == (isCut ? ["cut-gradient"] : []))
    #expect(findings.first?.message.contains("'layer/b': 'stopGradient'") ?? !isCut)
  }

  @Test(arguments: [true, false]) func aLossThatCannotBeDifferentiated(isFlat: Bool) throws {
    let findings = try found { t, x in
      let scores = dot(x, t.scope("layer").parameter("weight", [4, 3], .ones))
      let hits = mean(cast(argMax(scores) .== 1, to: .float32))
      return isFlat ? hits : hits + mean(scores)
    }
    #expect(findings.map(\.lint) == (isFlat ? ["loss-without-gradient"] : []))
  }

  @Test func theLogarithmOfASoftmax() throws {
    func lints(_ body: @escaping @Sendable (Tensor) -> Tensor) throws -> [String] {
      try found { t, x in sum(body(dot(x, t.scope("layer").parameter("weight", [4, 3], .ones)))) }.map(\.lint)
    }
    #expect(try lints { log(softmax($0)) } == ["log-of-softmax"])
    #expect(try lints { log(softmax($0) + 1e-7) } == ["log-of-softmax"])
    #expect(try lints { logSoftmax($0) } == [])
    #expect(try lints { log(sum(exp($0), over: [1])) } == [])
    #expect(try lints { log(exp($0) / 2) } == [])
  }

  @Test(arguments: [(1.0, false), (4.0, true)]) func weightsThatStartTooLarge(_ start: Double, isLarge: Bool) throws {
    let findings = try found { t, x in
      let scope = t.scope("layer")
      let weight = scope.parameter("weight", [4, 3], .constant(start))
      return sum(tanh(dot(x, weight) + scope.parameter("bias", [3], .zeros)))
    }
    #expect(findings.map(\.lint) == (isLarge ? ["saturating-start"] : []))
    #expect(findings.first?.message.contains("'layer/weight'") ?? !isLarge)
  }

  /// A recurrent layer reads its weights as captures of a loop.
  @Test(arguments: [(0.5, []), (3.0, ["saturating-start"])]) func recurrentWeightsThatStartTooLarge(
    _ start: Double, _ expected: [String]
  ) throws {
    let findings = try found { t, x in
      let weight = t.scope("cell").parameter("weight", [4, 4], .constant(start))
      return sum(scan(over: [], from: [x], length: 5) { ([tanh(dot($0.carries[0], weight))], []) }.carries[0])
    }
    #expect(findings.map(\.lint) == expected && findings.allSatisfy { $0.message.contains("'cell/weight'") })
  }

  /// tanh of 1, 2, 3, ... times a factor is flat from 4 on; with a smaller factor it is not by the end.
  @Test(arguments: [(1.0, ["saturated"]), (0.2, [])]) func aLoopThatSaturates(
    _ factor: Double, _ expected: [String]
  ) throws {
    let findings = try found(runs: true) { t, x in
      let rate = t.scope("cell").parameter("rate", [], .constant(factor))
      let loop = scan(over: [], from: [x], length: 10) { step in
        ([step.carries[0] + 1], [tanh(step.carries[0] * rate)])
      }
      return sum(loop.outputs[0])
    }
    #expect(findings.map(\.lint) == expected)
    #expect(findings.allSatisfy { $0.message.hasPrefix("from step 3 of 0..<10 on, 'tanh'") })
  }

  /// What is not squashed may be as large as it likes.
  @Test func largeWeightsBeforeNothingFlat() throws {
    #expect(try found { t, x in sum(dot(x, t.scope("a").parameter("weight", [4, 3], .constant(9)))) }.isEmpty)
  }

  /// An op of a user's own, with a tile program or without one.
  private struct Doubled: Op {
    static let name = "doubled"
    static let summary = "Twice the operand."
    let hasTile: Bool
    var fusion: FusionClass { .elementwise }
    func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
    func evaluate(_ operands: [NDArray]) -> [NDArray] {
      [NDArray(operands[0].shape, operands[0].dtype) { 2 * operands[0].double(at: $0) }]
    }
    func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
      hasTile ? builder.apply(.add, [operands[0], operands[0]]) : nil
    }
  }

  @Test(arguments: [true, false]) func anOpWithoutAKernel(hasTile: Bool) throws {
    let findings = try found { _, x in sum(Tensor.apply(Doubled(hasTile: hasTile), [x])[0]) }
    #expect(findings.map(\.lint) == (hasTile ? [] : ["slow-path"]))
    #expect(findings.first?.message.contains("'doubled'") ?? hasTile)
  }

  @Test(arguments: [(36, []), (35, ["large-tensor"])]) func aTensorAboveTheBudget(
    _ budget: Int, _ expected: [String]
  ) throws {
    // A product does not reduce what it makes: 3 by 3 floats, 36 bytes, wait for their sum.
    let findings = try found(budget: budget) { _, x in sum(dot(x, x.transpose())) }
    #expect(findings.map(\.lint) == expected)
  }

  @Test func aVariableAboveTheBudget() throws {
    let findings = try found(budget: 63) { t, x in sum(dot(x, t.scope("a").parameter("weight", [4, 4], .ones))) }
    #expect(findings.map(\.lint) == ["large-tensor"] && findings[0].message.hasPrefix("'a/weight' is float32[4, 4]"))
  }

  @Test(arguments: [(-9.0, ["dead-relu"]), (-4.0, [])]) func aDeadLayer(_ bias: Double, _ expected: [String]) throws {
    let build: @Sendable (Tracing, Tensor) -> Tensor = { t, x in
      let scope = t.scope("layer")
      // Units are 4 and 8 before the bias.
      let units = dot(
        x,
        concatenate([scope.parameter("one", [4, 1], .ones), scope.parameter("two", [4, 1], .constant(2))], axis: 1))
      return sum(relu(units + scope.parameter("bias", [2], .constant(bias))))
    }
    #expect(try found(runs: true, build).map(\.lint) == expected)
    #expect(try found(build).isEmpty)
  }

  @Test func theReportPrintsWhatWasFound() throws {
    let (x, loss) = (x, loss)
    let program = Program.traced { t in
      _ = t.scope("layer").parameter("spare", [4], .ones)
      t.report(loss, sum(t[x]))
    }
    _ = try program.evaluate(ModelState(), [x: NDArray(zeros: [2, 4])])
    let report = try program.report
    #expect(report.findings.map(\.lint) == ["unused-parameter"])
    #expect(report.description.contains("\n  lint unused-parameter: "))
  }
}
