import Guides
import TapestryCompiler
import TapestryCore
import TapestryGraph

// The code of the guide to passes: it sees what the package's own modules see.

extension GuideRun {
  func addingAPass() throws {
    mark("own rule")
    let rule = Rule("log(exp(x)) is x", on: Log.self, .stabilizes) { m in
      m.node(0, Exp.self).map { $0[0] }
    }
    let cancel = RulePass("cancel", tags: ["simplify"], "Lets inverse functions cancel.", [rule])

    mark("own pass run")
    let graph = Graph()
    let x = graph.input("x", [4])
    graph.report("y", log(exp(x) * 1) + 1)
    let program = try ProgramGraph(tracing: graph)
    var context = PassContext(verifies: true)
    let plan = PassPlan.standard.inserting(cancel, after: "algebra")
    let simplified = try plan.run(program, &context)
    print(program.text)
    print(simplified.text)
    for report in context.reports {
      for rule in report.rules where rule.hits > 0 {
        print("\(report.pass): \(rule.rule), \(rule.hits) of \(rule.tries)")
      }
    }

    mark("own pass check")
    let check = ReferenceCheck(inputs: ["x": NDArray([-2, 0, 1, 3] as [Float])], tolerance: 1e-6)
    _ = try plan.run(program, checking: check, &context)
    let wrong = Rule("log(x) is x", on: Log.self, .exact) { m in m[0] }
    let faulty = PassPlan.standard.inserting(cancel.adding(wrong), after: "algebra")
    do { _ = try faulty.run(program, checking: check, &context) } catch { print(error) }
  }
}
