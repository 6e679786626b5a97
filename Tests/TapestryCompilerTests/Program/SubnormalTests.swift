import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// Results too small for a normal number are zero in a run, and in nothing else.
@Suite struct SubnormalTests {
  /// A state of `count` elements that each run multiplies by a factor.
  private func decaying(
    from start: Double, by factor: Double, _ dtype: DType, count: Int
  ) throws -> (Program, ModelState) {
    let program = Program.traced { t in
      let s = t.scope("s")
      s.assign("v", s.state("v", [count], .constant(start), dtype: dtype) * factor)
    }
    return (program, try program.initialState())
  }

  @Test(arguments: [(DType.float32, 2e-38), (.float64, 4e-308)], [1, 3, 100])
  func whatDecaysEndsAtZero(_ type: (dtype: DType, start: Double), count: Int) throws {
    var (program, state) = try decaying(from: type.start, by: 0.9, type.dtype, count: count)
    for _ in 0..<5 { _ = try program.run(&state, [:]) }
    #expect(state["s/v"]!.doubles.allSatisfy { $0 > type.start / 2 })
    _ = try program.run(&state, [:])
    #expect(state["s/v"]!.doubles == .init(repeating: 0, count: count))
  }

  @Test func startValuesAreWhatTheyAre() throws {
    for count in [3, 1 << 18] {
      let (_, state) = try decaying(from: 1e-40, by: 1, .float32, count: count)
      #expect(state["s/v"]!.doubles.allSatisfy { abs($0 - 1e-40) < 1e-44 })
    }
  }

  @Test func theCallersModeComesBack() throws {
    var (program, state) = try decaying(from: 1, by: 0.9, .float32, count: 8)
    _ = try program.run(&state, [:])
    let divisors: [Float] = [2, 4]
    #expect(Float.leastNormalMagnitude / divisors.randomElement()! > 0)
  }
}
