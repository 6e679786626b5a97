import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

@Suite struct ProgramProfileTests {
  /// Each instruction has an entry, and measuring changes no state.
  @Test(arguments: [1, 3]) func anEntryForEachInstruction(_ threads: Int) throws {
    let x = Input("x", [nil, 8])
    let program = Program.traced(ProgramOptions(threads: threads)) { t in
      let w = t.scope("model").parameter("w", [8, 8], .ones)
      let y = dot(t[x], w)
      t.report(Output("y"), sum(y, over: [0]))
      t.scope("model").assign("w", w * 0.5)
    }
    let state = try program.initialState(seed: 1)
    let before = state
    let profile = try program.profile(state, [x: NDArray(zeros: [4, 8])], steps: 3)
    #expect(profile.threads == threads)
    #expect(profile.entries.count == (try program.report.instructions))
    let product = try #require(profile.entries.first { $0.routine == "dot" })
    #expect(product.flops == 2 * 4 * 8 * 8 && product.layer == "model" && product.phase == .forward)
    #expect(profile.entries.allSatisfy { $0.nanoseconds >= 0 && !$0.label.isEmpty && $0.runs == 1 })
    #expect(state == before)
    #expect(profile.description.hasPrefix("step "))
  }

  /// What a loop repeats is counted and belongs to the layer and phase of the loop.
  @Test func loopsAreSummedUp() throws {
    let x = Input("x", [5, 4])
    let program = Program.traced { t in
      let inner = t.scope("recurrent")
      let w = inner.parameter("w", [4, 4], .ones)
      let start = inner.state("start", [1, 4])
      let last = scan(over: [t[x]], from: [start]) { step in
        (carries: [tanh(dot(step.carries[0], w) + step.inputs[0])], outputs: [])
      }.carries[0]
      t.report(Output("loss"), sum(last))
      t.report(Output("gradient"), gradient(of: sum(last), in: w))
    }
    let feeds: Feeds = [x: NDArray(zeros: [5, 4])]
    let profile = try program.profile(program.initialState(seed: 1, feeds: feeds), feeds, steps: 2)
    let repeated = profile.entries.filter { $0.runs == 5 }
    #expect(Set(repeated.map(\.phase)) == [.forward, .gradient])
    #expect(repeated.allSatisfy { $0.layer == "recurrent" })
    let product = try #require(repeated.first { $0.routine == "dot" })
    #expect(product.flops >= 5 * 2 * 4 * 4)
    #expect(profile.layers.reduce(0) { $0 + $1.flops } == profile.entries.reduce(0) { $0 + $1.flops })
    #expect(profile.phases.reduce(0) { $0 + $1.instructions } == profile.entries.count)
  }
}
