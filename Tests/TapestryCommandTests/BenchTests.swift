import TapestryCommand
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import TapestryTape
import Testing

@Suite struct BenchTests {
  /// A workload as the table of the benchmark has it: shapes of the feeds, numbers that are trained, and of what else
  /// the optimizers keep for each.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let feeds: [Shape]
    let parameters: Int
    let memory: [String]

    init(_ name: String, _ feeds: [Shape], _ parameters: Int, _ memory: String...) {
      (self.name, self.feeds, self.parameters, self.memory) = (name, feeds, parameters, memory)
    }

    var testDescription: String { name }
  }

  static let table: [Row] = [
    Row("mlp32", [[32, 784], [32]], 101_770, "adam/m", "adam/v"),
    Row("mlp_sgd", [[64, 784], [64]], 109_386),
    Row("mlp_tiny", [[32, 10], [32, 1]], 231, "nesterov/velocity"),
    Row("mlp_big", [[256, 784], [256]], 1_863_690, "adam/m", "adam/v"),
    Row("cnn32", [[32, 28, 28, 1], [32]], 93_322, "adam/m", "adam/v"),
    Row("cnn128", [[128, 28, 28, 1], [128]], 93_322, "adam/m", "adam/v"),
    Row("lenet", [[32, 32, 32, 3], [32]], 62_006, "momentum/velocity"),
    Row("rnn", [[32, 28], [32]], 70_666, "adam/m", "adam/v"),
    Row("lstm", [[32, 28, 28], [32]], 81_674, "adam/m", "adam/v"),
    Row("charlstm", [[50, 50], [50, 50]], 279_873, "adam/m", "adam/v"),
    Row("gan_mlp", [[64, 784], [64, 64]], 1_083_921, "adam/m", "adam/v"),
    Row("gan_dc", [[32, 28, 28, 1], [32, 64]], 672_898, "adam/m", "adam/v"),
    Row("fuse", [], 1 << 20),
  ]

  @Test func theWorkloadsAreThoseOfTheTable() { #expect(Workload.all.map(\.name) == BenchTests.table.map(\.name)) }

  @Test(arguments: table) func shapesAndOptimizersAreThoseOfTheTable(_ row: Row) throws {
    let model = try #require(Workload.all.first { $0.name == row.name })
    #expect(model.feeds.entries.map(\.array.shape) == row.feeds)
    let program = try model.compiled()
    let variables = program.source.store.effects.variables
    let trained = variables.filter(\.isTrainable)
    #expect(trained.map(\.type.shape.count).reduce(0, +) == row.parameters)
    #expect(variables.allSatisfy { $0.type.dtype == .float32 || $0.type.shape.rank == 0 })
    let kept = variables.filter { variable in trained.contains { variable.path.hasPrefix($0.path + "/") } }
    #expect(Set(kept.map(\.path)) == Set(trained.flatMap { parameter in row.memory.map { parameter.path + "/" + $0 } }))
  }

  @Test func aLineHasTheFieldsDocumented() throws {
    let run = Transcript("bench", "--only", "mlp_tiny,mlp32", "--seconds", "0", "--threads", "1")
    #expect(run.status == 0 && run.errors.isEmpty && run.output.hasSuffix("\n"))
    let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(rows.map { $0[0] } == ["mlp32", "mlp_tiny"])
    for row in rows {
      try #require(row.count == 5)
      let (step, first, plan) = (Double(row[1]), Double(row[2]), Double(row[4]))
      #expect(try #require(step) > 0)
      #expect(try #require(first) >= #require(plan) && #require(plan) > 0)
    }
    let arenas = rows.map { Int($0[3]) }
    #expect(
      try arenas
        == Workload.all.filter { ["mlp32", "mlp_tiny"].contains($0.name) }
        .map { try $0.compiled().memory.arenaBytes })
  }

  @Test func workloadsAreTimedInTheTypeAskedFor() throws {
    let run = Transcript("bench", "--only", "mlp_tiny", "--dtype", "float64", "--seconds", "0", "--threads", "1")
    #expect(run.status == 0 && run.errors.isEmpty)
    let model = try #require(Workload.models(.float64).first { $0.name == "mlp_tiny" })
    let fields = run.output.split(separator: "\t")
    try #require(fields.count == 5)
    #expect(try fields[0] == "mlp_tiny" && Int(fields[3]) == model.compiled().memory.arenaBytes)
    let check = Transcript("bench", "--check", "--only", "mlp_tiny", "--dtype", "float64", "--threads", "1")
    #expect(
      check.status == 0 && check.output.split(separator: "\n").map { $0.hasPrefix("mlp_tiny\tfloat64") } == [true])
    #expect(Transcript("bench", "--dtype", "int32").status == 2)
  }

  @Test func aProfileListsInstructionsLayersAndPhases() throws {
    let run = Transcript("bench", "--profile", "mlp_tiny", "--seconds", "0", "--threads", "2")
    #expect(run.status == 0 && run.errors.isEmpty)
    let tables = run.output.split(separator: "\n\n").map { $0.split(separator: "\n") }
    try #require(tables.count == 4)
    #expect(tables[0][0].hasPrefix("mlp_tiny: a step takes ") && tables[0][0].contains(" with 2 threads and "))
    let model = try #require(Workload.all.first { $0.name == "mlp_tiny" })
    let tape = try model.compiled().tape
    // A title and a rule stand above the rows.
    #expect(tables[1].count == 2 + tape.instructions.count)
    for (row, label) in zip(tables[1].dropFirst(2), tape.labels) { #expect(row.hasSuffix("  " + label)) }
    #expect(tables[2].dropFirst(2).map { $0.prefix { $0 != " " } } == ["mlp/layer0", "mlp/layer1", "mlp/layer2"])
    #expect(tables[3].dropFirst(2).map { $0.prefix { $0 != " " } } == ["forward", "gradient", "update"])
  }

  @Test func theMedianIsInTheMiddle() {
    #expect(WorkloadTimes.median([5]) == 5)
    #expect(WorkloadTimes.median([9, 1, 2]) == 2)
    #expect(WorkloadTimes.median([4, 1, 9, 2]) == 3)
  }
}
