import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

@Suite struct PassPlanTests {
  private func program(_ build: (Graph) -> Tensor) throws -> ProgramGraph {
    let graph = Graph()
    graph.report("y", build(graph))
    return try ProgramGraph(tracing: graph)
  }

  @Test(arguments: 0..<150) func optimisedProgramsComputeTheSame(_ seed: Int) throws {
    let random = try RandomGraph(seed: seed)
    var context = PassContext(verifies: true)
    let check = ReferenceCheck(inputs: random.inputs, tolerance: 1e-4)
    let after = try PassPlan.standard.run(random.program, checking: check, &context)
    #expect(after.store.count <= random.program.store.count)
    // A second run undoes nothing.
    var again = PassContext()
    let twice = try PassPlan.standard.run(after, &again)
    func steps(_ program: ProgramGraph) -> Int {
      (0..<program.store.count).count { !(program.store.op(of: $0) is ConstantOp) }
    }
    #expect(steps(twice) <= steps(after))
  }

  @Test func unknownNamesAreTypedErrors() throws {
    let plan = PassPlan.standard
    let near = #expect(throws: TapestryError.self) { try plan.excluding("algebar") }
    #expect(near?.description == "no pass is called 'algebar'; did you mean 'algebra'?")
    #expect(near?.code == .usage)
    let far = #expect(throws: TapestryError.self) { try plan.stopping(after: "zzzzzzzz") }
    #expect(far?.remedy.hasPrefix("name one of 'reroll', 'canonicalize', ") == true)
  }

  @Test func plansLeaveOutStopAndAreCutDown() throws {
    let plan = PassPlan.standard
    #expect(try !plan.excluding("fold").passes.contains { $0.name == "fold" })
    #expect(try !plan.excluding("simplify").passes.contains { $0.name == "algebra" || $0.name == "views" })
    #expect(try plan.including(only: "dead-code", "algebra").passes.map(\.name) == ["algebra", "dead-code"])
    #expect(try plan.stopping(after: "canonicalize").passes.map(\.name) == ["reroll", "canonicalize"])

    let before = try program { g in g.input("x", [3]).reshape([3]) * 1 }
    let without = try plan.excluding("algebra").run(before)
    #expect(without.store.line(of: without.store.count - 1) == "%2 = multiply(%0, %1) : float32[3]")
    #expect(try plan.run(before).store.count == 1)
  }

  @Test func reportsSayWhatPassesDid() throws {
    let before = try program { g in g.input("x", [3]).reshape([3]) * 1 }
    var context = PassContext()
    var seen: [String] = []
    context.observe = { name, program in seen.append("\(name) \(program.reachedCount)") }
    _ = try PassPlan.standard.stopping(after: "algebra").run(before, &context)
    #expect(
      seen == [
        "reroll 4", "canonicalize 3", "merge-scans 3", "loops 3", "loop-products 3", "trim-loops 3", "fold 3",
        "stabilize 3", "algebra 1",
      ])
    let canonicalize = try #require(context.reports.first { $0.pass == "canonicalize" })
    #expect(canonicalize.nodesBefore == 4)
    #expect(canonicalize.nodesAfter == 3)
    #expect(canonicalize.hits == 1)
    #expect(canonicalize.rules.first { $0.hits > 0 }?.rule == "a reshape to the same shape is nothing")
    #expect(canonicalize.tries > 1)
    #expect(canonicalize.reads > 4)
    #expect(context.trail.rules(of: 0) == ["a reshape to the same shape is nothing", "x * 1 is x"])
  }

  @Test func aPlantedFaultIsBlamedOnItsRule() throws {
    let fault = Rule("x + y is x - y for 7", on: Add.self, .exact) { m in m.isScalar(1, 7) ? m[0] - m[1] : nil }
    let plan = PassPlan([
      RulePass("canonicalize", "", CanonicalRules.all), RulePass("algebra", "", AlgebraRules.all + [fault]),
    ])
    let before = try program { g in (((g.input("x", [3]) * 1 + 7) * 1 + 6) * 1 + 5) * 1 }
    var context = PassContext()
    let check = ReferenceCheck(inputs: ["x": NDArray([1, 2, 3] as [Float])])
    let error = #expect(throws: TapestryError.self) { try plan.run(before, checking: check, &context) }
    #expect(
      error?.message == "pass 'algebra' changes the program: output(\"y\") moved at element 0 from 19.0 to 5.0")
    #expect(error?.notes == ["application 2 of 5 is at fault: rule 'x + y is x - y for 7', its application 1"])
  }

  @Test func originsAndRolesSurvive() throws {
    let graph = Graph()
    let x = graph.scope("model").parameter("x", [3], .zeros)
    let loss = sum(x * x * 1)
    graph.report("g", gradient(of: loss, in: x))
    let after = try PassPlan.standard.run(ProgramGraph(tracing: graph))
    let root = Int(after.roots[0].value.node)
    let origins = after.store.origins(of: root)
    #expect(origins.contains { $0.phase == .gradient })
    #expect(after.store.effects.variables[0].current == Value(0))
  }
}
