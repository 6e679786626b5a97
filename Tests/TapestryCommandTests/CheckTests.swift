import TapestryCommand
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct CheckTests {
  /// `tapestry bench --check` runs all; here those that take little time in a debug build.
  @Test func someWorkloadsHaveTheLossesOfPyTorch() {
    let names = ["mlp_tiny", "lenet", "rnn", "lstm"]
    let run = Transcript("bench", "--check", "--only", names.joined(separator: ","))
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(rows.map { $0[0] } == (names + names).map { $0[...] })
    #expect(rows.map { $0[1] } == names.map { _ in "float64" } + names.map { _ in "float32" })
    #expect(rows.allSatisfy { $0.count == 4 && $0[3] == "ok" })
  }

  @Test(arguments: [(DType.float64, 1e-8), (.float32, 1e-3)])
  func aLossThatIsOffIsNamed(_ dtype: DType, _ error: Double) throws {
    let model = try #require(Workload.models(dtype).first { $0.name == "mlp_tiny" })
    let right = try LossCheck(model, dtype, threads: 1, wanted: ["loss": [0.695685396684772]])
    #expect(right.faults.isEmpty)
    let wrong = try LossCheck(model, dtype, threads: 1, wanted: ["loss": [0.695685396684772 + error, 0]])
    #expect(wrong.faults.count == 2 && wrong.line.hasSuffix("\twrong"))
    #expect(wrong.faults.first?.hasPrefix("mlp_tiny \(dtype): loss of step 1 is 0.69568") == true)
  }

  /// Both sides compute these by the same steps; the numbers are those of the script.
  @Test func fixedValuesAreThoseOfTheScript() {
    let values = FixedValues.array("mlp/layer0/weight", TensorType(.float64, [3, 2])).doubles
    #expect(
      values == [
        0.1454927921295166, -0.2430298924446106, 0.16801363229751587, 0.4028286337852478, 0.062316298484802246,
        0.11138445138931274,
      ])
    #expect(FixedValues.array("mlp/layer0/weight", TensorType(.float32, [3, 2])).doubles == values)
  }
}
