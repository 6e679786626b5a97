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
    let only = syntax.list("--only", "NAME", of: String.self, help: "the workloads to run")
    let threads = syntax.option(
      "--threads", "N", as: Int.self, in: 1...1024, help: "threads of a step instead of one a core")
    let seconds = syntax.option(
      "--seconds", "S", default: 2.0, in: 0...3600, help: "how long each workload is timed")
    let profile = syntax.option(
      "--profile", "NAME", as: String.self,
      help: "shows where the time of one workload's step goes, by instruction, layer and phase")
    guard let values = try syntax.values(arguments, write) else { return 0 }
    if let name = values[profile] {
      let tables = try WorkloadProfile(Workload.named(name), threads: values[threads], seconds: values[seconds])
      write(tables.text, false)
      return 0
    }
    for workload in try Workload.named(values[only]) {
      let times = try WorkloadTimes(workload, threads: values[threads], seconds: values[seconds])
      write(times.line + "\n", false)
    }
    return 0
  }
}

extension Workload {
  /// The workloads of some names, in the order of all; all where no name is given.
  ///
  /// - Throws: `usage` for a name that none has, with the nearest one.
  fileprivate static func named(_ names: [String]) throws(TapestryError) -> [CatalogueModel] {
    for name in names { _ = try named(name) }
    return all.filter { names.isEmpty || names.contains($0.name) }
  }

  /// The workload of a name.
  ///
  /// - Throws: `usage` for a name that none has, with the nearest one.
  fileprivate static func named(_ name: String) throws(TapestryError) -> CatalogueModel {
    if let workload = all.first(where: { $0.name == name }) { return workload }
    let names = all.map(\.name)
    let near = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(
      .usage, "unknown workload '\(name)'", remedy: near + "they are \(names.joined(separator: ", "))")
  }
}
