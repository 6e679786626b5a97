import Foundation
import TapestryCompiler
import TapestryCore
import TapestryNN

/// How long a workload takes, measured.
package struct WorkloadTimes {
  let name: String
  /// The median over the rounds of the mean step of a round.
  let millisecondsPerStep: Double
  /// From the first node built to the end of the first step: building, gradients, passes, planning, initial state, step.
  let secondsToFirstStep: Double
  let arenaBytes: Int
  /// The bytes of all values the instructions write, had each memory of its own.
  let valueBytes: Int
  /// The most bytes of the arena that one instruction needs.
  let instructionBytes: Int
  /// The part of it from the first node built to the plan.
  let planSeconds: Double

  /// Steps before any is timed.
  private static let warmUp = 5
  /// The seconds in which the number of steps in a round is found.
  private static let trial = 0.3

  /// Trains a workload for some seconds.
  ///
  /// - Parameter threads: nil for one a core.
  /// - Throws: what compiling and running throw.
  init(_ model: CatalogueModel, threads: Int?, seconds: Double) throws(TapestryError) {
    let clock = ContinuousClock()
    let start = clock.now
    let program = model.program(ProgramOptions(threads: threads))
    let compiled = try program.compiled(for: model.feeds)
    let planned = clock.now
    var state = try program.initialState(seed: 1, feeds: model.feeds)
    var results = Results()
    func round(_ steps: Int) throws(TapestryError) -> Double {
      let start = clock.now
      for _ in 0..<steps { try program.run(&state, model.feeds, into: &results) }
      return (clock.now - start) / .seconds(1)
    }
    _ = try round(1)
    let first = clock.now

    _ = try round(WorkloadTimes.warmUp)
    let trial = Swift.min(WorkloadTimes.trial, seconds)
    var (count, spent) = (0, 0.0)
    repeat {
      spent += try round(1)
      count += 1
    } while spent < trial
    let steps = Swift.max(count / 2, 1)
    var means: [Double] = []
    spent = 0
    repeat {
      let time = try round(steps)
      means.append(time / Double(steps))
      spent += time
    } while spent < seconds

    name = model.name
    millisecondsPerStep = 1000 * WorkloadTimes.median(means)
    secondsToFirstStep = (first - start) / .seconds(1)
    planSeconds = (planned - start) / .seconds(1)
    arenaBytes = compiled.memory.arenaBytes
    valueBytes = compiled.memory.valueBytes
    instructionBytes = compiled.memory.instructionBytes
  }

  /// The fields in order, with tabs between.
  var line: String {
    [
      name, String(format: "%.4f", millisecondsPerStep), String(format: "%.4f", secondsToFirstStep), "\(arenaBytes)",
      String(format: "%.4f", planSeconds),
    ].joined(separator: "\t")
  }

  /// Fields more, each after a tab: the floor of a step in milliseconds, and which share of the step it is.
  func roofline(on machine: Machine, _ dtype: DType) -> String {
    guard let floor = Workload.floors[name]?.milliseconds(on: machine, dtype) else { return "\t-\t-" }
    return String(format: "\t%.4f\t%.1f%%", floor, 100 * floor / millisecondsPerStep)
  }

  /// Fields more, each after a tab: the share of the bytes of all values that the arena takes, the share that a single
  /// instruction needs, below which no order gets, and the most memory the process has held so far, which is that of
  /// the workload where it is the only one.
  var memory: String {
    func share(_ bytes: Int) -> Double { 100 * Double(bytes) / Double(Swift.max(valueBytes, 1)) }
    return String(
      format: "\t%.1f%%\t%.1f%%\t%.1f MB", share(arenaBytes), share(instructionBytes),
      Double(WorkloadTimes.peakBytes) / 1e6)
  }

  /// The most memory the process has held.
  private static var peakBytes: Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which the platforms import as different types.
    getrusage(0, &usage)
    #if canImport(Darwin)
      return usage.ru_maxrss
    #else
      return usage.ru_maxrss * 1024
    #endif
  }

  /// The middle of numbers, or the mean of the two in the middle. There must be one.
  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
