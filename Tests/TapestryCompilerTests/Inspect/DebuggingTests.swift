import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct DebuggingTests {
  private let x = Input("x", [nil, 2])
  private let loss = Output("loss")

  private var program: Program {
    let (x, loss) = (x, loss)
    return Program.traced { t in
      let hidden = t.scope("hidden")
      let depth = sqrt(t[x] * hidden.parameter("weight", [2], .ones))
      let cost = sum(depth)
      t.report(loss, cost)
      let weight = Tensor(t.graph, t.graph.variable("hidden/weight")!.current)
      hidden.assign("weight", weight - gradient(of: cost, in: weight))
    }
  }

  private func first(_ values: [Float]) throws -> NonFiniteValue? {
    let feeds: Feeds = [x: try NDArray(values, shape: [1, 2])]
    return try program.firstNonFinite(program.initialState(), feeds)
  }

  @Test func finiteRunsGiveNothing() throws { #expect(try first([1, 4]) == nil) }

  @Test func theFirstIsTheOpThatMadeIt() throws {
    let found = try #require(try first([-1, 4]))
    #expect(found.line.contains("= sqrt(") && found.scope == "hidden" && found.counts.nan == 1)
    #expect(found.place?.file.hasSuffix("DebuggingTests.swift") == true && found.forwardPartner == nil)
    #expect(found.operands.map(\.range) == [-1...4])
    #expect(found.description.contains("first value that is not finite: 1 not a number, 0 infinite"))
  }

  /// At 0 the root is finite, and its slope is not.
  @Test func aGradientNamesItsForwardNode() throws {
    let found = try #require(try first([0, 4]))
    #expect(found.counts.infinite > 0 && found.forwardPartner?.contains("= sqrt(") == true)
  }

  @Test func whatIsFedIsFoundToo() throws {
    let found = try #require(try first([.nan, 4]))
    #expect(found.line.contains("= input \"x\"") && found.operands.isEmpty)
  }

  /// The carry grows until its exponential overflows: 6 doubled 16 times is above 88.7 · 4000.
  @Test func aLoopNamesTheStep() throws {
    let (x, loss) = (x, loss)
    let program = Program.traced { t in
      let rate = t.scope("cell").parameter("rate", [], .constant(2))
      let loop = scan(over: [], from: [t[x]], length: 32) { step in
        let grown = step.carries[0] * rate
        return ([grown], [exp(grown / 4000)])
      }
      t.report(loss, sum(loop.outputs[0]))
    }
    let feeds: Feeds = [x: try NDArray([6, 1] as [Float], shape: [1, 2])]
    let found = try #require(try program.firstNonFinite(program.initialState(), feeds))
    #expect(found.line.contains("= exp(") && found.counts.infinite == 1 && found.counts.nan == 0)
    #expect(found.steps.map(\.place) == [15] && found.steps.map(\.length) == [32])
    #expect(found.description.contains("  in step 15 of 0..<32 of the loop %"))
  }

  /// The gradient of a loop is a loop; what went wrong in it names the one it is of.
  @Test func aLoopOfAGradientNamesTheForwardLoop() throws {
    let (x, loss) = (x, loss)
    let program = Program.traced { t in
      let rate = t.scope("cell").parameter("rate", [2], .ones)
      let loop = scan(over: [], from: [t[x]], length: 3) { step in ([sqrt(step.carries[0] * rate)], []) }
      let cost = sum(loop.carries[0])
      t.report(loss, cost)
      t.scope("cell").assign("rate", rate - gradient(of: cost, in: rate))
    }
    let feeds: Feeds = [x: try NDArray([0, 4] as [Float], shape: [1, 2])]
    let found = try #require(try program.firstNonFinite(program.initialState(), feeds))
    #expect(found.steps.map(\.place) == [2] && found.forwardPartner?.contains("= scan(") == true)
  }

  /// The infinities of a mask are meant.
  @Test func infinitiesThatReachNothingAreNoFault() throws {
    let (x, loss) = (x, loss)
    let program = Program.traced { t in
      t.report(loss, sum(exp(select(t[x] .> 0, t[x], -Double.infinity))))
    }
    let feeds: Feeds = [x: try NDArray([1, -1] as [Float], shape: [1, 2])]
    #expect(try program.firstNonFinite(ModelState(), feeds) == nil)
  }

  @Test func layersVariablesAndInputsAreWatched() throws {
    let watched = program.watching("hidden", "hidden/weight", "x")
    var state = try watched.initialState()
    let feeds: Feeds = [x: try NDArray([4, 9] as [Float], shape: [1, 2])]
    let out = try watched.run(&state, feeds)
    #expect(try out.scalar(loss) == 5)
    #expect(try out.array(Output("hidden/weight")).doubles == [1, 1])
    #expect(try out.array(Output("x")).doubles == [4, 9])
    #expect(try watched.run(&state, feeds).array(Output("hidden/weight")) != out.array(Output("hidden/weight")))
  }

  /// Watching changes no bit of what is computed.
  @Test func aWatchedStepIsTheSameStep() throws {
    let feeds: Feeds = [x: try NDArray([4, 9] as [Float], shape: [1, 2])]
    var (plain, watched) = (try program.initialState(), try program.initialState())
    _ = try program.run(&plain, feeds)
    _ = try program.watching("hidden").run(&watched, feeds)
    #expect(plain == watched)
  }

  @Test func whatCannotBeWatchedSuggestsAName() throws {
    let feeds: Feeds = [x: NDArray(zeros: [1, 2])]
    let error = #expect(throws: TapestryError.self) {
      try program.watching("hiden").evaluate(program.initialState(), feeds)
    }
    #expect(error?.notes.first?.contains("did you mean 'hidden'?") == true)
  }
}
