import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Every rule of the standard plan against its examples, alone, on the values that rules get wrong.
@Suite struct RuleSoundnessTests {
  private static let rules = PassPlan.standard.passes.compactMap { $0 as? RulePass }.flatMap(\.rules)

  @Test func everyRuleHasAnExample() {
    let known = Set(RuleExample.all.map(\.rule))
    let missing = Self.rules.map(\.name).filter { !known.contains($0) }
    #expect(missing == [])
  }

  @Test func passesSweepEveryProgramTheirRulesFireIn() throws {
    let shared = Set(CanonicalRules.all.map(\.name))
    let passes = PassPlan.standard.passes.compactMap { $0 as? RulePass }.filter { !$0.about.isEmpty }
    #expect(passes.map(\.name) == ["pooling", "crops", "lookups"])
    func program(_ build: (Graph) -> Tensor) throws -> ProgramGraph {
      let graph = Graph()
      graph.report("result", build(graph))
      return try ProgramGraph(tracing: graph)
    }
    for pass in passes {
      let own = Set(pass.rules.map(\.name)).subtracting(shared)
      for example in RuleExample.all where own.contains(example.rule) {
        #expect(try pass.concerns(program(example.build)), "\(example)")
      }
      #expect(try !pass.concerns(program { $0.x * 1 }))
    }
  }

  @Test(arguments: RuleExample.all) func holdsOnSpecialValues(_ example: RuleExample) throws {
    let rule = try #require(Self.rules.first { $0.name == example.rule })
    let graph = Graph()
    graph.report("result", example.build(graph))
    let before = try ProgramGraph(tracing: graph)
    var rewriter = Rewriter([rule], before)
    let after = try rewriter.run()
    #expect(rewriter.counts[0].hits > 0, "the rule did not fire")
    try Verifier(after, isCanonical: false).check(after: rule.name)

    let types = graph.withStore { store in store.effects.inputs.map { ($0.name, store.type(of: $0.value)) } }
    for round in 0..<24 {
      var feeds: [String: NDArray] = [:]
      for (name, type) in types {
        let values =
          switch rule.soundness {
          case .exact: SpecialValues.any(type.dtype)
          case .reassociates: SpecialValues.moderate(type.dtype)
          case .stabilizes: SpecialValues.moderate(type.dtype).filter { round % 2 == 0 || $0.isFinite }
          case .skipsZeros, .distributes: SpecialValues.moderate(type.dtype).filter(\.isFinite)
          }
        feeds[name] = SpecialValues.array(type, from: values, round: round, name: name)
      }
      let old = try Interpreter(before.store).evaluate([before.roots[0].value], inputs: feeds)[0]
      let new = try Interpreter(after.store).evaluate([after.roots[0].value], inputs: feeds)[0]
      switch rule.soundness {
      case .exact: #expect(new.isSame(as: old), "\(old) became \(new)")
      case .reassociates, .stabilizes, .skipsZeros, .distributes:
        #expect(new.firstDifference(from: old, tolerance: 1e-5) == nil, "\(old) became \(new)")
      }
    }
  }
}
