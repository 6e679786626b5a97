import TapestryCommand
import TapestryCompiler
import TapestryCore
import TapestryNN
import TapestryTape
import Testing

@Suite struct SweepTests {
  @Test func theNeighbourIsRoundedUp() {
    let dense = SweepCase(layer: .dense(batch: 33, width: 17), dtype: .float32)
    #expect(dense.neighbour.layer == .dense(batch: 64, width: 32) && dense.name == "dense 33x17 float32")
    let image = SweepCase(
      layer: .convolution(
        batch: 32, height: 13, width: 29, channels: 32, kernel: 5, stride: 2, dilation: 3, groups: 4), dtype: .float64)
    let wanted = SweepCase.Layer.convolution(
      batch: 32, height: 32, width: 32, channels: 32, kernel: 5, stride: 2, dilation: 3, groups: 4)
    #expect(image.neighbour.layer == wanted && image.neighbour.dtype == .float64)
    let sequence = SweepCase(layer: .recurrent(.lstm, batch: 32, steps: 500, features: 32, units: 64), dtype: .float32)
    #expect(sequence.neighbour.layer == .recurrent(.lstm, batch: 32, steps: 512, features: 32, units: 64))
    #expect(sequence.neighbour.neighbour == sequence.neighbour)
  }

  /// Of a 3x3 window in a row of 4 places with one place of padding at each end, 3 + 3 + 2 + 2 taps exist.
  @Test func onlyTapsThatExistCount() {
    let image = SweepCase(
      layer: .convolution(batch: 2, height: 4, width: 1, channels: 6, kernel: 3, stride: 1, dilation: 1, groups: 3),
      dtype: .float32)
    #expect(image.flops == 2 * 3 * 2 * 10 * 6 * 2)
    let dense = SweepCase(layer: .dense(batch: 7, width: 10), dtype: .float32)
    #expect(dense.flops == 7000)
  }

  /// What is fed is read, parameters are read and written.
  @Test func bytesAreThoseNoProgramCanDoWithout() {
    let dense = SweepCase(layer: .dense(batch: 7, width: 10), dtype: .float32)
    #expect(dense.bytes == 4 * (70 + 2 * 220))
    let image = SweepCase(
      layer: .convolution(batch: 2, height: 4, width: 1, channels: 6, kernel: 3, stride: 1, dilation: 1, groups: 3),
      dtype: .float64)
    #expect(image.bytes == 8 * 2 * (48 + 9 * 2 * 6 + 6))
    let sequence = SweepCase(layer: .recurrent(.lstm, batch: 2, steps: 5, features: 3, units: 4), dtype: .float32)
    #expect(sequence.bytes == 4 * (30 + 2 * 16 * 8))
  }

  /// One example is bound by memory, many by multiply-adds, of which there are half as many in Float64.
  @Test func theFloorIsTheLongerOfBoth() {
    let one = SweepCase(layer: .dense(batch: 1, width: 100), dtype: .float32)
    #expect(one.floor(gigaflopsPerSecond: 100, gigabytesPerSecond: 10) == Double(one.bytes) / 10)
    let many = SweepCase(layer: .dense(batch: 100, width: 100), dtype: .float64)
    #expect(many.floor(gigaflopsPerSecond: 100, gigabytesPerSecond: 10) == Double(many.flops) / 50)
  }

  @Test func everySizeOfTheListIsThere() {
    let names = SweepCase.all.map(\.name)
    #expect(Set(names).count == names.count)
    for part in [
      "dense 1x17 ", "dense 100x1000 ", "13x29x32 kernel 11 ", "stride 3 ", "dilation 4 ", "groups 32 ", "lstm 32x1x",
      "lstm 32x500x",
    ] {
      for dtype in ["float32", "float64"] {
        #expect(names.contains { $0.contains(part) && $0.hasSuffix(dtype) }, "\(part)\(dtype)")
      }
    }
  }

  @Test func wordsChooseCases() throws {
    #expect(try SweepCase.matching([]) == SweepCase.all)
    let chosen = try SweepCase.matching(["lstm 32x7x float64", "dense 33x", "dense 31x100"])
    let names = chosen.map(\.name)
    #expect(
      names == [
        "dense 31x100 float32", "dense 33x17 float32", "dense 33x100 float32", "dense 33x1000 float32",
        "dense 31x100 float64", "dense 33x17 float64", "dense 33x100 float64", "dense 33x1000 float64",
        "lstm 32x7x32-64 float64",
      ])
    let run = Transcript("bench", "--sweep", "--only", "dense 8x")
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("no case of the sweep has the words 'dense 8x'"))
    #expect(throws: TapestryError.self) { try SweepCase.matching(["dense 3"]) }
  }

  @Test func noWorkloadAndNoCaseTakesASlowPath() throws {
    let models = Workload.all + Workload.models(.float64) + SweepCase.all.map(\.model)
    for model in models { #expect(try model.compiled().tape.slowPaths == 0, "\(model.name)") }
  }

  /// In the test of a debug build on a busy machine any outcome is right, so long as the status says it.
  @Test func theTableSaysWhatFails() {
    var lines: [String] = []
    let cases = SweepCase.all.filter { $0.name.hasPrefix("dense 7x17") }
    let passes = try? Sweep.run(cases, threads: 1, seconds: 0) { lines.append($0) }
    #expect(lines.count == 4 && lines[0].hasPrefix("machine\t"))
    let rows = lines.dropFirst(2).map { $0.dropLast().split(separator: "\t") }
    #expect(rows.map { $0[0] } == ["dense 7x17 float32", "dense 7x17 float64"])
    #expect(rows.map { $0[1] } == ["dense 32x32 float32", "dense 32x32 float64"])
    #expect(rows.allSatisfy { $0.count == 8 && ["ok", "below 70%"].contains($0[7]) })
    #expect(passes == rows.allSatisfy { $0[7] == "ok" })
  }
}
