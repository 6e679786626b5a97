import TapestryCore
import TapestryNN
import TapestryTerminal

/// `tapestry bench`: the time of a training step of each workload, one tab-separated line each.
enum BenchCommand {
  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    var syntax = CommandSyntax(
      "tapestry bench",
      "Times a training step of each workload and prints, with tabs between: name, median milliseconds a step, seconds "
        + "to the end of the first step, bytes of the arena, seconds to the plan. The workloads are "
        + Workload.all.map(\.name).joined(separator: ", ") + ".")
    let only = syntax.list(
      "--only", "NAME", of: String.self,
      help: "the workloads to run; with --sweep, beginnings of words of cases: --only \"dense 7x,lstm float64\"")
    let type = syntax.choice(
      "--dtype", "TYPE", default: "float32", of: floatTypes.map { "\($0)" },
      help: "the float type of the workloads; without it --check takes both")
    let threads = syntax.option(
      "--threads", "N", as: Int.self, in: 1...1024, help: "threads of a step instead of one a core")
    let seconds = syntax.option(
      "--seconds", "S", default: 2.0, in: 0...3600, help: "how long each workload is timed")
    let profile = syntax.option(
      "--profile", "NAME", as: String.self,
      help:
        "shows where the time of one step goes, of a workload or a case of the sweep, by instruction, layer and phase")
    let roofline = syntax.flag(
      "--roofline",
      help:
        "measures the machine's multiply-add and copy peaks before each; adds the floor in milliseconds and its share")
    let memory = syntax.flag(
      "--memory",
      help:
        "adds the arena's share of the bytes of all values, the share one instruction needs, and the most memory held")
    let trace = syntax.option(
      "--trace", "FILE", as: String.self, help: "writes one step of each workload instead, for Chrome's trace viewer")
    let check = syntax.flag(
      "--check", help: "holds ten steps of each workload to PyTorch's losses instead, in Float64 and Float32")
    let sweep = syntax.flag(
      "--sweep",
      help: "times layers at odd sizes against regular ones instead; status 1 where one is below 70% as efficient")
    guard let values = try syntax.values(arguments, write) else { return 0 }
    let dtype = floatTypes.first { "\($0)" == values[type] }!
    if let name = values[profile] {
      let case_ = SweepCase.all.lazy.flatMap { [$0, $0.neighbour] }.first { $0.name == name }
      let model = if let case_ { case_.model } else { try Workload.named(name, dtype) }
      let tables = try WorkloadProfile(model, threads: values[threads], seconds: values[seconds])
      write(tables.text, false)
      return 0
    }
    if values[sweep] {
      let cases = try SweepCase.matching(values[only])
      let passes = try Sweep.run(cases, threads: values[threads], seconds: values[seconds] / 10) { write($0, false) }
      return passes ? 0 : 1
    }
    let workloads = try Workload.named(values[only], dtype)
    if let path = values[trace] {
      var steps = StepTrace()
      for workload in workloads { try steps.add(workload, threads: values[threads]) }
      try steps.write(to: path)
      return 0
    }
    if values[check] {
      return try runCheck(workloads, values.isGiven(type) ? [dtype] : floatTypes, threads: values[threads], write)
    }
    for workload in workloads {
      // The speed of a machine that others use too drifts by the minute.
      let machine = values[roofline] ? Machine.measured(threads: values[threads]) : nil
      if let machine { write(machine.line + "\n", false) }
      let times = try WorkloadTimes(workload, threads: values[threads], seconds: values[seconds])
      let roofline = machine.map { times.roofline(on: $0, dtype) } ?? ""
      write(times.line + roofline + (values[memory] ? times.memory : "") + "\n", false)
    }
    return 0
  }

  private static let floatTypes = [DType.float64, .float32]

  /// Holds workloads to PyTorch's losses; the status is 1 when one is off.
  private static func runCheck(
    _ workloads: [CatalogueModel], _ dtypes: [DType], threads: Int?, _ write: TapestryTool.Write
  ) throws(TapestryError) -> Int32 {
    var status: Int32 = 0
    for dtype in dtypes {
      for model in Workload.models(dtype) where workloads.contains(where: { $0.name == model.name }) {
        let check = try LossCheck(model, dtype, threads: threads, wanted: ReferenceLosses.table[model.name] ?? [:])
        write(check.line + "\n", false)
        for fault in check.faults { write(fault + "\n", true) }
        if !check.faults.isEmpty { status = 1 }
      }
    }
    return status
  }
}

extension Workload {
  /// The workloads of some names in a float type, in the order of all; all where no name is given.
  ///
  /// - Throws: `usage` for a name that none has, with the nearest one.
  fileprivate static func named(_ names: [String], _ dtype: DType) throws(TapestryError) -> [CatalogueModel] {
    for name in names { _ = try named(name, dtype) }
    return models(dtype).filter { names.isEmpty || names.contains($0.name) }
  }

  /// The workload of a name in a float type.
  ///
  /// - Throws: `usage` for a name that none has, with the nearest one.
  fileprivate static func named(_ name: String, _ dtype: DType) throws(TapestryError) -> CatalogueModel {
    if let workload = models(dtype).first(where: { $0.name == name }) { return workload }
    let names = all.map(\.name)
    let near = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(
      .usage, "unknown workload '\(name)'", remedy: near + "they are \(names.joined(separator: ", "))")
  }
}
