import TapestryCore
import TapestryNN
import TapestryTerminal

/// `tapestry bench`: the time of a training step of each workload, one tab-separated line each.
enum BenchCommand {
  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    let names = Workload.all.map(\.name)
    var syntax = CommandSyntax(
      "tapestry bench",
      "Times a training step of each workload and prints, with tabs between: name, median milliseconds a step, seconds "
        + "to the end of the first step, bytes of the arena, seconds to the plan. The workloads are "
        + names.joined(separator: ", ") + ".")
    let only = syntax.list("--only", "NAME", of: String.self, help: "the workloads to run")
    let threads = syntax.option(
      "--threads", "N", as: Int.self, in: 1...1024, help: "threads of a step instead of one a core")
    let seconds = syntax.option(
      "--seconds", "S", default: 2.0, in: 0...3600, help: "how long each workload is timed")
    guard let values = try syntax.values(arguments, write) else { return 0 }
    for name in values[only] where !names.contains(name) {
      let near = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
      throw TapestryError(
        .usage, "unknown workload '\(name)'", remedy: near + "they are \(names.joined(separator: ", "))")
    }
    for workload in Workload.all where values[only].isEmpty || values[only].contains(workload.name) {
      let times = try WorkloadTimes(workload, threads: values[threads], seconds: values[seconds])
      write(times.line + "\n", false)
    }
    return 0
  }
}
