import Foundation
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import TapestryTerminal

/// Where the time of a workload's step goes, as tables.
struct WorkloadProfile {
  private let name: String
  private let profile: ProgramProfile

  /// Measures steps of a workload for some seconds, ten at least.
  ///
  /// - Parameter threads: nil for one a core.
  /// - Throws: what compiling and running throw.
  init(_ model: CatalogueModel, threads: Int?, seconds: Double) throws(TapestryError) {
    name = model.name
    let program = model.program(ProgramOptions(threads: threads))
    let state = try program.initialState(seed: 1, feeds: model.feeds)
    let trial = try program.profile(state, model.feeds, steps: 10)
    // A step is run four times, each way whole and recorded.
    let steps = seconds * 1e9 / Double(2 * (trial.stepNanoseconds + trial.soloStepNanoseconds) + 1)
    profile = try program.profile(state, model.feeds, steps: Swift.max(10, Int(steps)))
  }

  /// The step, its instructions and the sums by layer and phase.
  var text: String {
    let (step, solo) = (profile.stepNanoseconds, profile.soloStepNanoseconds)
    return """
      \(name): a step takes \(micro(step)) us with \(profile.threads) threads and \(micro(solo)) us with one, \
      \(micro(profile.overheadNanoseconds)) us of it beyond the instructions
      all figures are least times with one thread, but "shared us" is the longest share of an instruction with \
      \(profile.threads); "runs" counts passes of loops

      \(instructions)

      \(table("layer", profile.layers))

      \(table("phase", profile.phases))

      """
  }

  private static let figures: [TextTable.Column] = [
    .right("us"), .right("share"), .right("shared us"), .right("GFLOP/s"), .right("GB/s"),
  ]

  private var instructions: TextTable {
    var table = TextTable(
      [.right("#"), .right("wave"), .right("runs")] + WorkloadProfile.figures
        + [.left("kernel"), .left("phase"), .left("layer"), .left("what")])
    for (number, entry) in profile.entries.enumerated() {
      table.add(
        ["\(number)", "\(entry.wave)", "\(entry.runs)"]
          + cells(entry.nanoseconds, entry.sharedNanoseconds, entry.flops, entry.bytes)
          + [entry.routine, entry.phase.rawValue, entry.layer, entry.label])
    }
    return table
  }

  private func table(_ title: String, _ totals: [ProgramProfile.Total]) -> TextTable {
    var table = TextTable([.left(title), .right("instructions")] + WorkloadProfile.figures)
    for total in totals {
      table.add(
        [total.name.isEmpty ? "(top)" : total.name, "\(total.instructions)"]
          + cells(total.nanoseconds, total.sharedNanoseconds, total.flops, total.bytes))
    }
    return table
  }

  private func cells(_ nanoseconds: Int, _ shared: Int, _ flops: Int, _ bytes: Int) -> [String] {
    let share = 100 * Double(nanoseconds) / Double(Swift.max(profile.soloStepNanoseconds, 1))
    func rate(_ count: Int) -> String { nanoseconds > 0 ? format(Double(count) / Double(nanoseconds), 1) : "-" }
    return [micro(nanoseconds), format(share, 1) + "%", micro(shared), rate(flops), rate(bytes)]
  }

  private func micro(_ nanoseconds: Int) -> String { format(Double(nanoseconds) / 1000, 2) }

  private func format(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
