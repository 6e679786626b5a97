import TapestryCore
import Testing

@Suite struct TapestryErrorTests {
  @Test func aMessageEndsWithItsRemedy() {
    #expect("\(TapestryError(.usage, "no such model", remedy: "list them"))" == "no such model; list them")
  }

  @Test func everyPartHasItsPlace() {
    let error = TapestryError(
      .shapeMismatch, "[2] and [3] do not broadcast", remedy: "reshape one", at: SourcePlace("M/F.swift", 12),
      scope: "mlp/hidden", notes: ["first note", "second note"])
    #expect(
      "\(error)" == """
        M/F.swift:12: [2] and [3] do not broadcast (in scope 'mlp/hidden'); reshape one
          first note
          second note
        """)
  }

  @Test func theRootScopeIsNotNamed() {
    #expect("\(TapestryError(.usage, "wrong", remedy: "mend it", scope: ""))" == "wrong; mend it")
  }

  @Test func equalityTakesEveryPart() {
    let error = TapestryError(.usage, "wrong", remedy: "mend it")
    #expect(error == TapestryError(.usage, "wrong", remedy: "mend it"))
    #expect(error != TapestryError(.invalidFile, "wrong", remedy: "mend it"))
    #expect(error != TapestryError(.usage, "wrong", remedy: "mend it", notes: ["more"]))
  }

  @Test func codesAreTheirNames() {
    #expect(TapestryError.Code("usage") == .usage)
    #expect("\(TapestryError.Code.shapeMismatch)" == "shapeMismatch")
  }

  @Test func aPlaceIsFileAndLine() {
    #expect("\(SourcePlace(file: "digits.csv", line: 3))" == "digits.csv:3")
    #expect(SourcePlace("a", 1) == SourcePlace(file: "a", line: 1))
  }
}
