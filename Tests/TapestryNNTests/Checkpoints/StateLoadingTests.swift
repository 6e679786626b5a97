import TapestryCompiler
import TapestryCore
import TapestryNN
import Testing

@Suite struct StateLoadingTests {
  private func value(_ number: Float) -> NDArray { NDArray([number, number]) }

  private var state: ModelState {
    ModelState([
      "trunk/weight": value(1), "trunk/weight/adam/m": value(2), "trunk/bias": value(3), "head/weight": value(4),
    ])
  }

  @Test func everythingIsLoaded() throws {
    let other = ModelState(Dictionary(uniqueKeysWithValues: state.paths.map { ($0, value(9)) }))
    var loaded = state
    try loaded.load(from: other)
    #expect(loaded == other)
  }

  @Test func aScopeOrAPathIsLoadedAlone() throws {
    let other = ModelState(["trunk/weight": value(7), "trunk/weight/adam/m": value(8), "trunk/bias": value(9)])
    var scope = state
    try scope.load(from: other, into: "trunk")
    #expect(scope["trunk/weight/adam/m"] == value(8) && scope["trunk/bias"] == value(9))
    #expect(scope["head/weight"] == value(4))
    var single = state
    try single.load(from: ModelState(["trunk/weight": value(7), "x": value(0)]), into: "trunk/weight")
    #expect(single["trunk/weight"] == value(7) && single["trunk/weight/adam/m"] == value(2))
    #expect(single.paths == state.paths)
  }

  @Test func differencesAreListedAndNothingIsLoaded() throws {
    let other = ModelState([
      "trunk/weight": NDArray([1.0, 2.0]), "trunk/weight/adam/m": NDArray(zeros: [3]), "trunk/biass": value(3),
      "head/weight": value(5),
    ])
    var loaded = state
    let error = #expect(throws: TapestryError.self) { try loaded.load(from: other) }
    #expect(error?.code == .invalidState)
    #expect(
      error.map { "\($0)" } == """
        the state to load does not fit; load a state of the same model, or name the paths to load
          'trunk/bias' is missing; did you mean 'trunk/biass', which is unexpected?
          'trunk/biass' is unexpected; did you mean 'trunk/bias', which is missing?
          'trunk/weight' is float64[2], the state wants float32[2]
          'trunk/weight/adam/m' is float32[3], the state wants float32[2]
        """)
    #expect(loaded == state)
    let difference = try state.difference(from: other, in: "trunk")
    #expect(difference.missing == ["trunk/bias"] && difference.unexpected == ["trunk/biass"])
    #expect(difference.misshapen.map(\.path) == ["trunk/weight", "trunk/weight/adam/m"])
    #expect(try state.difference(from: other, in: "head").isEmpty)
  }

  @Test func aPathTheStateLacksIsAnError() {
    var loaded = state
    let error = #expect(throws: TapestryError.self) { try loaded.load(from: state, into: "trnuk") }
    #expect(
      error.map { "\($0)" } == "the state holds nothing at 'trnuk'; did you mean 'trunk'?")
    let far = #expect(throws: TapestryError.self) { try loaded.load(from: state, into: "") }
    #expect(far?.message == "the state holds nothing at ''")
  }
}
