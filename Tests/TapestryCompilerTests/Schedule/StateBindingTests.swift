import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Next values of variables: in place where nothing reads the old one later, through a copy where something does.
@Suite struct StateBindingTests {
  private let graph = Graph()
  private var scope: Scope { graph.scope("s") }

  private func variable(_ name: String, _ shape: Shape = [4]) -> Tensor { scope.parameter(name, shape, .zeros) }

  private func instructions() throws -> Int { try expectCompiledEqualsReference(graph).tape.instructions.count }

  @Test func anUpdateIsOneInstructionInPlace() throws {
    let w = variable("w")
    scope.assign("w", w - 0.1 * graph.input("g", [4]))
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.instructions.count == 1)
    #expect(compiled.tape.arenaBytes == 0)
    #expect(compiled.tape.writesState == [true])
  }

  @Test func variablesAreExchangedThroughOneCopyAside() throws {
    let (p, q) = (variable("p"), variable("q"))
    scope.assign("p", q)
    scope.assign("q", p)
    #expect(try instructions() == 3)
  }

  @Test func threeVariablesGoRound() throws {
    let (p, q, r) = (variable("p"), variable("q"), variable("r"))
    scope.assign("p", q)
    scope.assign("q", r)
    scope.assign("r", p)
    #expect(try instructions() == 4)
  }

  @Test func aVariableKeepsTheOldValueOfOneThatIsUpdated() throws {
    let (p, q) = (variable("p"), variable("q"))
    scope.assign("p", tanh(p) + 1)
    scope.assign("q", p)
    graph.report("q", q)
    try expectCompiledEqualsReference(graph)
  }

  @Test func theOldValueIsReadByALaterKernel() throws {
    let w = variable("w", [3, 3])
    scope.assign("w", w + 1)
    graph.report("product", dot(tanh(dot(w, w)), w))
    graph.report("old", w)
    try expectCompiledEqualsReference(graph)
  }

  @Test func aProductWithItselfIsNotInPlace() throws {
    let w = variable("w", [3, 3])
    scope.assign("w", dot(w, w) + w)
    graph.report("first", w.reshape([9]))
    try expectCompiledEqualsReference(graph)
  }

  @Test func updatesThatReadEachOther() throws {
    let (p, q) = (variable("p"), variable("q"))
    scope.assign("p", p + q)
    scope.assign("q", cumulativeSum(p, axis: 0) * q)
    try expectCompiledEqualsReference(graph)
  }

  @Test func partsAndViewsOfAVariable() throws {
    let (w, v, u) = (variable("w", [4, 4]), variable("v", [4]), variable("u", [4, 4]))
    scope.assign("v", slice(w, axis: 0, 1..<2).reshape([4]))
    scope.assign("w", w.transpose())
    scope.assign("u", w)
    graph.report("v", v)
    graph.report("u", u)
    try expectCompiledEqualsReference(graph)
  }

  @Test func aVariableAssignedTwice() throws {
    let w = variable("w")
    scope.assign("w", w * 2)
    let second = variable("w")
    scope.assign("w", second + w)
    graph.report("second", second)
    try expectCompiledEqualsReference(graph)
  }

  @Test func oneValueForTwoVariables() throws {
    let (p, q) = (variable("p"), variable("q"))
    let sum = p + q
    scope.assign("p", sum)
    scope.assign("q", sum)
    graph.report("sum", sum)
    try expectCompiledEqualsReference(graph)
  }

  @Test func aVariableAssignedItselfIsNotWritten() throws {
    let w = variable("w")
    scope.assign("w", w)
    graph.report("w", w)
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.writesState == [false])
  }

  @Test func indicesAreCheckedBeforeAnyVariableIsWritten() throws {
    let (p, q) = (variable("p"), variable("q"))
    let picked = gather(p * 2, graph.input("i", [2], .int32))
    scope.assign("q", q - 1)
    scope.assign("p", p + sum(picked))
    let tape = try CompiledProgram(graph).tape
    let firstCommit = tape.steps.firstIndex { $0.commits }!
    let checks = tape.steps.lastIndex { step in
      tape.labels[step.first..<step.first + step.count].contains { $0.contains("gather") }
    }!
    #expect(checks < firstCommit)
    let executor = TapeExecutor(tape, team: nil)
    var state = tape.state.map { _ in NDArray(repeating: 3, [4]) }
    let before = state
    var addresses = state.indices.map { place in state[place].withUnsafeMutableBytes { $0.baseAddress! } }
    var indices = NDArray([0, 9] as [Int32])
    var feeds = [indices.withUnsafeMutableBytes { $0.baseAddress! }]
    let error = #expect(throws: TapestryError.self) { try executor.run(state: &addresses, feeds: &feeds) }
    #expect(error?.code == .indexOutOfRange)
    #expect(state == before)
  }
}
