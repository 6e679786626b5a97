import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// The work of the passes grows with the nodes, not faster: counted, not timed.
@Suite struct PassScalingTests {
  private func reports(_ length: Int) throws -> [PassReport] {
    let graph = Graph()
    var x = graph.input("x", [4])
    let y = graph.input("y", [4])
    for step in 0..<length / 2 { x = step % 5 == 0 ? -(x * 1) : tanh(x + y) }
    graph.report("x", x)
    var context = PassContext()
    _ = try PassPlan.standard.run(ProgramGraph(tracing: graph), &context)
    return context.reports
  }

  @Test func workIsLinearInTheLengthOfAChain() throws {
    let (small, large) = (try reports(20_000), try reports(100_000))
    for (few, many) in zip(small, large) {
      #expect(few.tries > 0 || ["dead-code", "merge-scans", "loops"].contains(few.pass))
      #expect(Double(many.tries) <= 6 * Double(few.tries), "tries of \(few.pass)")
      #expect(Double(many.reads) <= 6 * Double(few.reads), "reads of \(few.pass)")
      #expect(few.reads > 0 || few.pass == "loops")
    }
    #expect(small[0].nodesBefore > 15_000)
  }
}
