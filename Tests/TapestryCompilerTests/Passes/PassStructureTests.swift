import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// What each pass makes of a small program, line by line.
@Suite struct PassStructureTests {
  private func lines(after pass: String, _ build: (Graph) -> Tensor) throws -> [String] {
    let graph = Graph()
    graph.report("y", build(graph))
    let plan = try PassPlan.standard.including(only: "canonicalize", pass)
    let after = try plan.run(ProgramGraph(tracing: graph))
    return (0..<after.store.count).map { after.store.line(of: $0) }
  }

  @Test func canonicalize() throws {
    let lines = try lines(after: "canonicalize") { g in
      let x = g.input("x", [2, 3])
      let row = g.input("row", [3]).reshape([1, 3]).broadcast(to: [2, 3])
      return 2 * stopGradient(exp(row) - 1).transpose().transpose() + x
    }
    #expect(
      lines == [
        "%0 = input \"x\" : float32[2, 3]", "%1 = input \"row\" : float32[3]", "%2 = exp(%1) : float32[3]",
        "%3 = constant -1.0 : float32[]", "%4 = add(%2, %3) : float32[3]", "%5 = constant 2.0 : float32[]",
        "%6 = multiply(%4, %5) : float32[3]", "%7 = add(%0, %6) : float32[2, 3]",
      ])
  }

  @Test func fold() throws {
    let lines = try lines(after: "fold") { g in
      g.input("x", [2]) * (sqrt(g.constant(16)) + g.constant(NDArray([1, 2] as [Float])))
    }
    #expect(
      lines == [
        "%0 = input \"x\" : float32[2]", "%1 = constant {5.0, 6.0} : float32[2]", "%2 = multiply(%0, %1) : float32[2]",
      ])
  }

  @Test func stabilize() throws {
    let lines = try lines(after: "stabilize") { g in log(1 + g.input("x", [2])) }
    #expect(lines == ["%0 = input \"x\" : float32[2]", "%1 = log1p(%0) : float32[2]"])
  }

  @Test func algebra() throws {
    let lines = try lines(after: "algebra") { g in
      let x = g.input("x", [2])
      return -(power(x, 2) * 3) * 2 + x * 0
    }
    // x * 0 stays: it is not-a-number where x is infinite.
    #expect(
      lines == [
        "%0 = input \"x\" : float32[2]", "%1 = multiply(%0, %0) : float32[2]", "%2 = constant -6.0 : float32[]",
        "%3 = multiply(%1, %2) : float32[2]", "%4 = constant 0.0 : float32[]", "%5 = multiply(%0, %4) : float32[2]",
        "%6 = add(%3, %5) : float32[2]",
      ])
  }

  @Test func views() throws {
    let lines = try lines(after: "views") { g in
      let x = g.input("x", [8, 2, 3])
      let w = g.input("w", [4, 3]).transpose()
      return dot(x, w.broadcast(to: [8, 3, 4])).reshape([16, 4]).transpose()
    }
    #expect(
      lines == [
        "%0 = input \"x\" : float32[8, 2, 3]", "%1 = input \"w\" : float32[4, 3]",
        "%2 = reshape(%0) to: [16, 3] : float32[16, 3]", "%3 = transpose(%2) by: [1, 0] : float32[3, 16]",
        "%4 = dot(%1, %3) : float32[4, 16]",
      ])
  }
}
