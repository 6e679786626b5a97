import CTapestryKernels
import Foundation
import TapestryCommand
import TapestryTape
import Testing

@Suite struct VerifyTests {
  @Test func everyFunctionIsMeasuredOnEveryLevel() {
    let run = Transcript("verify", "--functions", "--stride", "4000037")
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("one float32 value in 4000037: all within 4.000 ulp\n"))
    for function in ["exp", "log", "expm1", "log1p", "tanh", "sigmoid", "erf", "sin", "cos"] {
      let rows = run.output.split(separator: "\n").filter { $0.hasPrefix(function + " ") }
      let ranges = ["sin", "cos"].contains(function) ? 2 : 1
      #expect(rows.count == ranges * KernelTable.all.count)
    }
  }

  @Test func oneLevelCanBeChosen() {
    let run = Transcript("verify", "--functions", "--level", "baseline", "--stride", "40000003")
    #expect(run.status == 0 && run.output.contains("baseline") && !run.output.contains("avx"))
  }

  /// A kernel held to another function than its own must be found out.
  @Test func aWrongResultIsFound() throws {
    let wrong = VectorFunction(op: TAP_EXP, ranges: [VectorFunction.Range(name: "all") { _ in true }]) { expm1($0) }
    let sweeps = FunctionSweep.measure(wrong, KernelTable.all, stride: 1_000_003)
    #expect(sweeps.count == KernelTable.all.count)
    for sweep in sweeps { #expect(sweep.worst.ulps > 1e6) }
  }

  /// sin at 2^21 + 1 belongs to the slow path.
  @Test func theWorstIsFoundInItsRange() {
    let sine = VectorFunction.all.first { $0.name == "sin" }
    let ranges = sine?.ranges ?? []
    #expect(ranges.map { $0.contains(0x1p20) } == [true, false])
    #expect(ranges.map { $0.contains(Float(0x1p20).nextUp) } == [false, true])
    #expect(ranges.map { $0.contains(.nan) } == [false, true])
  }
}
