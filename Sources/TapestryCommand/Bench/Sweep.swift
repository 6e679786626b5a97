import Foundation
import TapestryCompiler
package import TapestryCore
import TapestryNN
import TapestryTape

// Odd sizes against regular ones. A case and its neighbour are timed in turn, so that what else the machine does meets
// both; of each the shortest round counts. The efficiency is the share of the time that the floor takes
// (SweepCase+Floor.swift), on the machine as measured in the same run; a case passes when it has at least 70% of its
// neighbour's.

/// The table of `tapestry bench --sweep`.
package struct Sweep {
  private static let least = 0.7

  /// Times a list of cases and writes a line for each as it is known.
  ///
  /// - Parameters:
  ///   - threads: nil for one a core.
  ///   - seconds: how long each case is timed, with its neighbour.
  /// - Returns: whether all pass.
  /// - Throws: what compiling and running throw.
  package static func run(
    _ cases: [SweepCase], threads: Int?, seconds: Double, _ write: (String) -> Void
  ) throws(TapestryError) -> Bool {
    let machine = Machine.measured(threads: threads)
    write(machine.line + "\n")
    write("case\tneighbour\tGFLOP/s\tneighbour's\tof its floor\tneighbour's\tratio\toutcome\n")
    var passes = true
    for case_ in cases {
      let neighbour = case_.neighbour
      var timers = [try StepTimer(case_.model, threads: threads), try StepTimer(neighbour.model, threads: threads)]
      let start = ContinuousClock.now
      repeat {
        for place in timers.indices { try timers[place].round() }
      } while (ContinuousClock.now - start) / .seconds(1) < seconds
      let rates = zip(timers, [case_, neighbour]).map { Double($1.flops) / $0.nanoseconds }
      let floors = [case_, neighbour].map {
        $0.floor(gigaflopsPerSecond: machine.gigaflopsPerSecond, gigabytesPerSecond: machine.gigabytesPerSecond)
      }
      let shares = zip(floors, timers).map { $0 / $1.nanoseconds }
      let ratio = shares[0] / shares[1]
      let isEnough = ratio >= least
      passes = passes && isEnough
      write(
        [
          case_.name, neighbour.name, String(format: "%.1f", rates[0]), String(format: "%.1f", rates[1]),
          String(format: "%.1f%%", 100 * shares[0]), String(format: "%.1f%%", 100 * shares[1]),
          String(format: "%.0f%%", 100 * ratio), isEnough ? "ok" : "below \(Int(100 * least))%",
        ].joined(separator: "\t") + "\n")
    }
    return passes
  }
}

/// A program that is run round by round; the shortest step counts.
private struct StepTimer {
  private let program: Program
  private let feeds: Feeds
  private var state: ModelState
  private var results = Results()
  private let steps: Int
  /// The mean step of the shortest round.
  private(set) var nanoseconds = Double.infinity

  init(_ model: CatalogueModel, threads: Int?) throws(TapestryError) {
    program = model.program(ProgramOptions(threads: threads))
    feeds = model.feeds
    state = try program.initialState(seed: 1, feeds: feeds)
    try program.run(&state, feeds, into: &results)
    let start = ContinuousClock.now
    try program.run(&state, feeds, into: &results)
    // About five milliseconds a round.
    steps = Swift.max(1, 5_000_000 / Swift.max((ContinuousClock.now - start).nanoseconds, 1))
  }

  mutating func round() throws(TapestryError) {
    let start = ContinuousClock.now
    for _ in 0..<steps { try program.run(&state, feeds, into: &results) }
    nanoseconds = Swift.min(nanoseconds, Double((ContinuousClock.now - start).nanoseconds) / Double(steps))
  }
}
