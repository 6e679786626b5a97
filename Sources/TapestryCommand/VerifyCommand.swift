import TapestryCore
import TapestryTape
import TapestryTerminal

/// `tapestry verify --functions`: the vector functions of every instruction set, measured.
enum VerifyCommand {
  /// Units in the last place a function may be off.
  private static let bound = 4.0

  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    var syntax = CommandSyntax(
      "tapestry verify", "Measures the kernels of this machine against the mathematical library in double precision.")
    let functions = syntax.flag("--functions", help: "the elementary functions of float32, over all their arguments")
    let level = syntax.option(
      "--level", "LEVEL", as: String.self, help: "one instruction set instead of all of this machine")
    let stride = syntax.option(
      "--stride", "N", default: 1, in: 1...1_000_000_000, help: "every Nth float32 value instead of each")
    guard let values = try syntax.values(arguments, write) else { return 0 }
    guard values[functions] else {
      throw TapestryError(.usage, "nothing to verify is named", remedy: "write `tapestry verify --functions`")
    }
    let kernels = try tables(values[level])
    var table = TextTable([
      .left("function"), .left("range"), .left("level"), .right("worst ulp"), .right("at"), .right("got"),
      .right("true"),
    ])
    var isWithin = true
    for function in VectorFunction.all {
      let sweeps = FunctionSweep.measure(function, kernels, stride: values[stride])
      for sweep in sweeps {
        isWithin = isWithin && sweep.worst.ulps <= bound
        let worst = sweep.worst
        let cells =
          worst.ulps > 0
          ? [fixed(worst.ulps), "\(worst.argument)", "\(worst.got)", "\(Float(worst.wanted))"]
          : ["<= 0.5", "", "", ""]
        table.add([function.name, sweep.range, sweep.level] + cells)
      }
      let worst = sweeps.map(\.worst.ulps).max() ?? 0
      write("\(function.name): \(worst > 0 ? fixed(worst) : "<= 0.5") ulp at worst\n", true)
    }
    write("\(table)\n", false)
    let measured = values[stride] == 1 ? "every float32 value" : "one float32 value in \(values[stride])"
    write("\(measured): \(isWithin ? "all within" : "NOT all within") \(fixed(bound)) ulp\n", false)
    return isWithin ? 0 : 1
  }

  private static func tables(_ level: String?) throws(TapestryError) -> [KernelTable] {
    let all = KernelTable.all
    guard let level else { return all }
    if let table = all.first(where: { $0.name == level }) { return [table] }
    let near = nearest(to: level, in: all.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(
      .usage, "this machine has no instruction set '\(level)'",
      remedy: near + "it has \(all.map(\.name).joined(separator: ", "))")
  }

  /// Three digits after the point.
  private static func fixed(_ value: Double) -> String {
    guard value.isFinite, value < 1e12 else { return "\(value)" }
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
