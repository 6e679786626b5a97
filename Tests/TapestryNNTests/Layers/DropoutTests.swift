import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct DropoutTests {
  private let out = Output("out")

  private func program(sharedAlong axes: [Int] = []) -> Program {
    Program.traced { [out] t in
      let x = t.scope("m").parameter("x", [4, 50, 8], .ones)
      t.report(out, dropout(x, rate: 0.25, in: t.scope("m"), mode: t.mode, sharedAlong: axes))
    }
  }

  @Test func inTrainingElementsAreDroppedAndOthersRaised() throws {
    let program = program()
    var state = try program.initialState(seed: 3)
    let first = try program.run(&state, [:]).array(out).doubles
    let raised: Set<Double> = [0, Double(Float(1 / 0.75))]
    #expect(Set(first) == raised)
    #expect(abs(Double(first.count { $0 == 0 }) / 1600 - 0.25) < 0.05)
    #expect(try program.run(&state, [:]).array(out).doubles != first)
  }

  @Test func inEvaluationAllStay() throws {
    let program = program()
    let state = try program.initialState(seed: 3)
    #expect(try program.evaluate(state, [:]).array(out).doubles.allSatisfy { $0 == 1 })
  }

  @Test func wholeChannelsAreDroppedTogether() throws {
    let program = program(sharedAlong: [1])
    var state = try program.initialState(seed: 3)
    let y = try program.run(&state, [:]).array(out).doubles
    var heads: [Double] = []
    for example in 0..<4 {
      for channel in 0..<8 {
        let steps = Set((0..<50).map { y[(example * 50 + $0) * 8 + channel] })
        #expect(steps.count == 1)
        heads += steps
      }
    }
    #expect(Set(heads).count == 2)
  }
}
