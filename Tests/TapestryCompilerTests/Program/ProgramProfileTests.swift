import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct ProgramProfileTests {
  /// Each instruction has an entry, and measuring changes no state.
  @Test func anEntryForEachInstruction() throws {
    let x = Input("x", [nil, 8])
    let program = Program.traced { t in
      let w = t.scope("model").parameter("w", [8, 8], .ones)
      let y = dot(t[x], w)
      t.report(Output("y"), sum(y, over: [0]))
      t.scope("model").assign("w", w * 0.5)
    }
    let state = try program.initialState(seed: 1)
    let before = state
    let profile = try program.profile(state, [x: NDArray(zeros: [4, 8])], steps: 3)
    #expect(profile.entries.count == (try program.report.instructions))
    #expect(profile.entries.contains { $0.routine == "dot" })
    #expect(profile.entries.allSatisfy { $0.nanoseconds >= 0 && !$0.label.isEmpty })
    #expect(state == before)
    #expect(profile.description.hasPrefix("step "))
  }
}
