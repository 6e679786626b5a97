import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

@Suite struct RewriterTests {
  /// A program that hands out one value of a graph.
  private func program(_ build: (Graph) -> Tensor) throws -> ProgramGraph {
    let graph = Graph()
    graph.report("y", build(graph))
    return try ProgramGraph(tracing: graph)
  }

  private let timesOne = Rule("x * 1 is x", on: Multiply.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil }

  @Test func rewritesBottomUpAndDropsWhatWasReplaced() throws {
    let before = try program { g in
      let x = g.input("x", [3])
      return (x * 1 + x) * 1
    }
    var rewriter = Rewriter([timesOne], before)
    let after = try rewriter.run()
    let expected = try program { g in
      let x = g.input("x", [3])
      return x + x
    }
    #expect(after.text == expected.text)
    #expect(rewriter.counts == [Rewriter.Count(rule: "x * 1 is x", tries: 2, hits: 2)])
    #expect(rewriter.trail.rules(of: 1) == ["x * 1 is x"])
  }

  @Test func aNarrowReplacementIsBroadcast() throws {
    let before = try program { g in g.input("x", [3]) * g.constant(1).broadcast(to: [2, 3]) }
    var rewriter = Rewriter([timesOne], before)
    let expected = try program { g in g.input("x", [3]).broadcast(to: [2, 3]) }
    #expect(try rewriter.run().text == expected.text)
  }

  @Test func anEndlessRuleIsNamed() throws {
    let swap = Rule("x + y is y + x", on: Add.self, .exact) { m in m[1] + m[0] }
    let grow = Rule("-x is -(x + 1)", on: Negate.self, .exact) { m in -(m[0] + 1) }
    let sum = try program { g in g.input("x", [3]) + g.input("y", [3]) }
    let error = #expect(throws: TapestryError.self) {
      var r = Rewriter([swap], sum); _ = try r.run()
    }
    #expect(
      error?.message
        == "rewriting node %2 (add) does not end: after coming back to where it was the last rule is 'x + y is y + x'")
    let negated = try program { g in -g.input("x", [3]) }
    let other = #expect(throws: TapestryError.self) {
      var r = Rewriter([grow], negated); _ = try r.run()
    }
    #expect(
      other?.message
        == "rewriting node %1 (negate) does not end: after 501 applications the last rule is '-x is -(x + 1)'")
    #expect(other?.code == .internalFault)
  }

  @Test func aReplacementOfAnotherTypeIsNamed() throws {
    let wrong = Rule("x * y is a scalar", on: Multiply.self, .exact) { m in sum(m[0]).reshape([1, 1]) }
    let before = try program { g in g.input("x", [3]) * g.input("y", [3]) }
    let error = #expect(throws: TapestryError.self) {
      var r = Rewriter([wrong], before); _ = try r.run()
    }
    #expect(error?.message == "rule 'x * y is a scalar' gives float32[1, 1] for float32[3], at op 'multiply'")
  }

  @Test func expressionsThatRulesMakeAreShared() throws {
    let square = Rule("-x is 0 - x", on: Negate.self, .exact) { m in m[0].scalar(0) - m[0] }
    let before = try program { g in
      let x = g.input("x", [3])
      return (-x) * (x.scalar(0) - x)
    }
    var rewriter = Rewriter([square], before)
    let after = try rewriter.run()
    #expect(after.reachedCount == 4)
  }
}
