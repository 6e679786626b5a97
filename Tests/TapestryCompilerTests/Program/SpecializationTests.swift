import Synchronization
import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct SpecializationTests {
  @Test func theLastShortBatchIsCompiledOnce() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    for _ in 0..<2 {
      for rows in [32, 32, 7] { _ = try program.run(&state, Classifier.feeds(rows)) }
    }
    #expect(try program.report.specializations == 2)
    _ = try program.evaluate(state, Classifier.feeds(32))
    #expect(try program.report.specializations == 3)
    #expect(try program.report.mode == .evaluation)
  }

  @Test func aModelIsTracedOnceForStartValuesAndRuns() throws {
    let traces = Counter()
    let x = Input("x", [nil, 3])
    let program = Program.traced { t in
      traces.add()
      t.report(Output("y"), dot(t[x], t.scope("s").parameter("w", [3, 2], .ones)))
    }
    let (feeds, others): (Feeds, Feeds) = ([x: NDArray(zeros: [4, 3])], [x: NDArray(zeros: [5, 3])])
    var state = try program.initialState(feeds: feeds)
    _ = try program.run(&state, feeds)
    #expect(traces.value == 1)
    #expect(try program.initialState(feeds: feeds) == state)
    #expect(traces.value == 1, "what was compiled knows its variables")
    _ = try program.initialState(feeds: others)
    _ = try program.evaluate(state, others)
    #expect(traces.value == 3, "evaluation has a trace of its own")
    _ = try program.run(&state, others)
    #expect(traces.value == 3)
  }

  @Test func theReportBeforeAnyRun() {
    #expect(
      message { _ = try Classifier.traced().report }
        == "the program was not compiled yet; run it once")
  }

  @Test func aBatchOfNothingWorks() throws {
    let program = Classifier.traced()
    let x = Input("x", [nil, 3])
    let sums = Program.traced { t in
      let w = t.scope("s").parameter("w", [3, 2], .ones)
      let y = dot(t[x], w)
      t.report(Output("y"), y)
      t.report(Output("total"), sum(y))
      t.scope("s").assign("w", w - gradient(of: sum(y), in: w))
    }
    var state = try sums.initialState()
    let results = try sums.run(&state, [x: NDArray(zeros: [0, 3])])
    #expect(try results.array(Output("y")).shape == [0, 2])
    #expect(try results.scalar(Output("total")) == 0)
    #expect(state["s/w"]?.doubles == [Double](repeating: 1, count: 6))

    let trained = try program.initialState(seed: 3)
    let evaluated = try program.evaluate(trained, Classifier.feeds(0))
    #expect(try evaluated.scalar(Classifier.loss).isNaN, "the mean of nothing is not a number")
  }

  @Test func theMemoryLimitIsCheckedBeforeARun() throws {
    let program = Classifier.traced(ProgramOptions(threads: 1, memoryLimit: 100_000))
    var state = try program.initialState(seed: 3)
    let before = state
    let thrown = #expect(throws: TapestryError.self) { _ = try program.run(&state, Classifier.feeds(512)) }
    let error = try #require(thrown)
    #expect(error.code == .memoryLimit)
    #expect(error.message.hasPrefix("the program needs "))
    #expect(error.message.hasSuffix(" of state, above the limit of 100000"))
    #expect(error.remedy == "use a smaller batch or model, or raise the limit; alive at the peak:")
    #expect(!error.notes.isEmpty && error.notes.allSatisfy { $0.contains(" bytes: ") })
    #expect(state == before)

    let roomy = Classifier.traced(ProgramOptions(threads: 1, memoryLimit: 10_000_000))
    _ = try roomy.run(&state, Classifier.feeds(512))
  }

  /// State that no machine holds, or that alone is above the limit, is refused before memory is asked for.
  @Test func startValuesAboveTheLimit() throws {
    func refusal(_ count: Int, _ limit: Int?) -> String? {
      let program = Program.traced(ProgramOptions(memoryLimit: limit)) { t in
        t.report(Output("y"), t.scope("a", file: "App/Model.swift", line: 3).parameter("w", [count], .zeros))
      }
      return message { _ = try program.initialState() }
    }
    #expect(
      refusal(1 << 50, nil)
        == "App/Model.swift:3: 'a/w' is float32[1125899906842624], which takes the state above what any machine holds; "
        + "use a smaller model")
    #expect(
      refusal(26, 100)
        == "App/Model.swift:3: 'a/w' is float32[26], which takes the state above the limit of 100 bytes; "
        + "use a smaller model, or raise the limit")
    #expect(refusal(25, 100) == nil)
  }

  @Test func aShapeBeyondAllMemoryIsAnError() throws {
    let program = Program.traced { t in
      let x = t.scope("huge").parameter("x", [1], .zeros)
      let wide = x.broadcast(to: [1 << 30, 1 << 30, 1 << 30])
      t.report(Output("y"), wide)
    }
    var state = try program.initialState()
    let error = #expect(throws: TapestryError.self) { _ = try program.run(&state, [:]) }
    #expect(error?.code == .memoryLimit)
    #expect(
      error?.message == "broadcast in huge is float32[1073741824, 1073741824, 1073741824], more than any machine holds")
  }
}

/// A count that closures of any thread raise.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func add() { count.withLock { $0 += 1 } }
  var value: Int { count.withLock { $0 } }
}
