import TapestryCommand
import TapestryNN
import Testing

@Suite struct RooflineTests {
  @Test func everyWorkloadHasAFloor() {
    #expect(Set(Workload.floors.keys) == Set(Workload.all.map(\.name)))
  }

  @Test func theMachineComesBeforeEachAndLinesGetTwoFieldsMore() throws {
    let run = Transcript("bench", "--roofline", "--only", "mlp_tiny,mlp32,fuse", "--seconds", "0", "--threads", "2")
    #expect(run.status == 0 && run.errors.isEmpty)
    let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(rows.map { $0[0] } == ["machine", "mlp32", "machine", "mlp_tiny", "machine", "fuse"])
    for place in stride(from: 0, to: rows.count, by: 2) {
      let (machine, row) = (rows[place], rows[place + 1])
      try #require(machine.count == 5 && row.count == 7)
      #expect(["baseline", "avx2", "avx512"].contains(machine[1]) && machine[2] == "2 threads")
      #expect(machine[3].hasSuffix(" GFLOP/s") && machine[4].hasSuffix(" GB/s copied"))
      let peak = try #require(Double(machine[3].prefix { $0 != " " }))
      let floor = try #require(Double(row[5])), share = try #require(Double(row[6].dropLast()))
      let step = try #require(Double(row[1]))
      #expect(peak > 0)
      // Both are printed with few digits.
      #expect(abs(share - 100 * floor / step) < 0.1 + 0.02 / step && row[6].hasSuffix("%"))
      if row[0] == "mlp32" { #expect(abs(floor * peak / 1000 - 0.0131) < 1e-3) }
    }
  }

  @Test func theFloorOfFloat64IsTwiceThatOfFloat32() throws {
    let run = Transcript(
      "bench", "--roofline", "--only", "mlp32", "--dtype", "float64", "--seconds", "0", "--threads", "2")
    let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(rows.count == 2 && rows[1].count == 7)
    let peak = try #require(Double(rows[0][3].prefix { $0 != " " })), floor = try #require(Double(rows[1][5]))
    #expect(abs(floor * peak / 1000 - 2 * 0.0131) < 2e-3)
  }
}
