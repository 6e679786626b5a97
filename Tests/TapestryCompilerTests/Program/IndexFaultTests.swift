import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct IndexFaultTests {
  /// Programs that are run with several numbers of threads.
  static let threads = [1, 2]

  @Test(arguments: threads) func ofALabelLeavesStateAsItWas(threads: Int) throws {
    let program = Classifier.traced(ProgramOptions(threads: threads))
    var state = try program.initialState(seed: 3)
    let feeds = Classifier.feeds(64)
    _ = try program.run(&state, feeds)
    let before = state
    let values = before.paths.map { before[$0]!.doubles }
    var wrong = [Int32](repeating: 1, count: 64)
    wrong[40] = 5
    let rows = NDArray(repeating: 0.5, [64, 16])
    let text = try #require(
      message { _ = try program.run(&state, [Classifier.x: rows, Classifier.labels: NDArray(wrong)]) })
    #expect(
      text.hasPrefix("TapestryCompilerTests/Classifier.swift:16: index 5 is outside 0 ..< 5 in checkIndex"), "\(text)")
    #expect(text.hasSuffix("; feed indices in 0 ..< 5; state is as it was before the run"), "\(text)")
    #expect(state == before)
    #expect(before.paths.map { state[$0]!.doubles } == values)
    wrong[40] = -1
    #expect(
      message { _ = try program.run(&state, [Classifier.x: rows, Classifier.labels: NDArray(wrong)]) }?
        .contains(": index -1 is outside 0 ..< 5 in ") == true)
    #expect(state == before)

    var untouched = before
    let expected = try program.run(&untouched, feeds)
    let actual = try program.run(&state, feeds)
    #expect(try actual.scalar(Classifier.loss) == expected.scalar(Classifier.loss))
    #expect(state == untouched)
  }

  @Test(arguments: threads) func ofAGatherLeavesStateAsItWas(threads: Int) throws {
    let ids = Input("ids", [nil], .int32)
    let program = Program.traced(ProgramOptions(threads: threads)) { t in
      let scope = t.scope("embedding")
      let table = scope.parameter("table", [50, 8], .constant(0.5))
      let count = scope.state("count", [])
      scope.assign("count", count + 1)
      let rows = gather(table, t[ids], file: "App/Model.swift", line: 12)
      let cost = mean(rows * rows)
      t.report(Output("cost"), cost)
      scope.assign("table", table - gradient(of: cost, in: table))
    }
    var state = try program.initialState()
    let good: Feeds = [ids: NDArray([Int32](0..<40))]
    _ = try program.run(&state, good)
    let before = state
    let bad: Feeds = [ids: NDArray([Int32](20..<60))]
    let text = try #require(message { _ = try program.run(&state, bad) })
    #expect(text.hasPrefix("App/Model.swift:12: index "), "\(text)")
    #expect(text.contains(" is outside 0 ..< 50 in gather"))
    #expect(state == before)
    #expect(state["embedding/count"]?.doubles == [1])
    _ = try program.run(&state, good)
    #expect(state["embedding/count"]?.doubles == [2])
  }

  /// The result of a failed evaluation does not reach the results given.
  @Test func leavesResultsAsTheyWere() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    var results = Results()
    try program.run(&state, Classifier.feeds(4), into: &results)
    let loss = try results.scalar(Classifier.loss)
    let wrong: Feeds = [
      Classifier.x: NDArray(zeros: [4, 16]), Classifier.labels: NDArray([Int32](repeating: 77, count: 4)),
    ]
    #expect(message { try program.run(&state, wrong, into: &results) } != nil)
    #expect(try results.scalar(Classifier.loss) == loss)
  }
}
