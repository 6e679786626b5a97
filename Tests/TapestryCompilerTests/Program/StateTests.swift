import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct StateTests {
  private let feeds = Classifier.feeds(8)

  @Test func thatLacksAPath() throws {
    let program = Classifier.traced()
    var state = try program.initialState()
    state["mlp/logits/weigth"] = state["mlp/logits/weight"]
    state["mlp/logits/weight"] = nil
    let before = state
    #expect(
      message { _ = try program.run(&state, feeds) } == """
        the state does not fit the program; start from `initialState(seed:)` of this program
          'mlp/logits/weight' is missing, declared at TapestryCompilerTests/Classifier.swift:15; did you mean 'mlp/logits/weigth'?
        """)
    #expect(state == before)
  }

  @Test func misshapen() throws {
    let program = Classifier.traced()
    var state = try program.initialState()
    state["mlp/logits/bias"] = NDArray(zeros: [6])
    let before = state
    #expect(
      message { _ = try program.run(&state, feeds) } == """
        the state does not fit the program; start from `initialState(seed:)` of this program
          'mlp/logits/bias' is float32[6], the program wants float32[5], declared at TapestryCompilerTests/Classifier.swift:15
        """)
    #expect(state == before)
  }

  @Test func moreThanNeededIsKept() throws {
    let program = Classifier.traced()
    var state = try program.initialState()
    state["other"] = NDArray(Float(3))
    _ = try program.run(&state, feeds)
    #expect(state["other"] == NDArray(Float(3)))
  }

  /// What an executor knows of the places in one state is not taken for those in another.
  @Test func pathsComeAndGoBetweenRuns() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    var same = state
    let weight = try #require(state["mlp/logits/weight"])
    for number in 0..<40 { state["other\(number)"] = NDArray(Float(3)) }
    for number in 0..<39 { state["other\(number)"] = nil }
    _ = try program.run(&state, feeds)
    _ = try program.run(&same, feeds)
    let kept = state
    state["mlp/logits/weight"] = nil
    #expect(message { _ = try program.run(&state, feeds) } != nil)
    state["mlp/logits/weight"] = NDArray(zeros: [6])
    #expect(message { _ = try program.run(&state, feeds) } != nil)
    state["mlp/logits/weight"] = kept["mlp/logits/weight"]
    #expect(state == kept)
    _ = try program.run(&state, feeds)
    _ = try program.run(&same, feeds)
    state["other39"] = nil
    #expect(state == same)
    #expect(state.hashValue == same.hashValue)
    #expect(state["mlp/logits/weight"] != weight)
  }

  @Test func isSharedByPath() throws {
    let training = Classifier.traced()
    let other = Classifier.traced()
    var state = try training.initialState(seed: 3)
    let first = try other.evaluate(state, feeds).scalar(Classifier.loss)
    for _ in 0..<30 { _ = try training.run(&state, feeds) }
    let last = try other.evaluate(state, feeds).scalar(Classifier.loss)
    #expect(last < first * 0.9)
    #expect(try training.evaluate(state, feeds).scalar(Classifier.loss) == last)
  }

  @Test func evaluationLeavesItAlone() throws {
    let program = Classifier.traced()
    let state = try program.initialState()
    let before = state
    _ = try program.evaluate(state, feeds)
    #expect(state == before)
  }

  @Test func aCopyIsASnapshot() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    _ = try program.run(&state, feeds)
    let snapshot = state
    let values = snapshot.paths.map { ($0, snapshot[$0]!.doubles) }
    let next = try program.run(&state, feeds).scalar(Classifier.loss)
    #expect(state != snapshot)
    for (path, kept) in values { #expect(snapshot[path]!.doubles == kept) }
    var again = snapshot
    #expect(try program.run(&again, feeds).scalar(Classifier.loss) == next)
    #expect(again == state)
  }

  @Test func anArrayTakenFromItIsASnapshot() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    let weight = try #require(state["mlp/logits/weight"])
    let values = weight.doubles
    _ = try program.run(&state, feeds)
    #expect(weight.doubles == values)
    #expect(state["mlp/logits/weight"] != weight)
  }

  @Test func resultsAreNotWrittenAgain() throws {
    let program = Classifier.traced()
    var state = try program.initialState(seed: 3)
    var results = Results()
    try program.run(&state, feeds, into: &results)
    let kept = results
    let loss = try kept.scalar(Classifier.loss)
    try program.run(&state, feeds, into: &results)
    #expect(try kept.scalar(Classifier.loss) == loss)
    #expect(try results.scalar(Classifier.loss) != loss)
  }

  @Test func seedsDiffer() throws {
    let program = Classifier.traced()
    #expect(try program.initialState(seed: 1) == program.initialState(seed: 1))
    #expect(try program.initialState(seed: 1) != program.initialState(seed: 2))
  }

  /// Large start values are made on several threads.
  @Test func anyNumberOfThreadsMakesTheSame() throws {
    let x = Input("x", [2, 300])
    func start(_ threads: Int) throws -> ModelState {
      let program = Program.traced(ProgramOptions(threads: threads)) { t in
        var h = t[x]
        for layer in 0..<6 {
          let start = Initializer("drawn") { type, stream in
            NDArray(type.shape, type.dtype) { stream.uniform(at: $0) }
          }
          h = dot(h, t.scope("layer\(layer)").parameter("weight", [300, 300], start))
        }
        t.report(Output("h"), h)
      }
      return try program.initialState(seed: 5)
    }
    let alone = try start(1)
    #expect(alone.paths.count == 6)
    for threads in [2, 4] { #expect(try start(threads) == alone) }
  }

  @Test func thatDependsOnAnOpenExtent() throws {
    let x = Input("x", [nil, nil])
    let program = Program.traced { t in
      let w = t.scope("layer").parameter("w", [t[x].extent(1), 3], .zeros)
      t.report(Output("y"), dot(t[x], w))
    }
    let text = try #require(message { _ = try program.initialState() })
    #expect(
      text.hasSuffix(
        "the shape of 'layer/w' depends on an open extent of an input; fix that extent in the declaration of the input")
    )
    let state = try program.initialState(feeds: [x: NDArray(zeros: [2, 7])])
    #expect(state["layer/w"]?.shape == [7, 3])
  }
}
