import TapestryTape

/// The waves of a program: drafts that run side by side, one wave after the other.
struct Schedule: Sendable {
  /// The drafts of each wave.
  var waves: [[Int]]
  /// The wave of each draft.
  var waveOf: [Int]

  /// Waves from a number for each draft; loops get waves of their own.
  init(_ numbers: [Int], _ program: LoweredProgram) {
    var byNumber = [[Int]](repeating: [], count: (numbers.max() ?? -1) + 1)
    for (draft, number) in numbers.enumerated() { byNumber[number].append(draft) }
    waves = []
    for drafts in byNumber {
      let plain = drafts.filter { program.drafts[$0].loop == nil }
      if !plain.isEmpty { waves.append(plain) }
      for loop in drafts where program.drafts[loop].loop != nil { waves.append([loop]) }
    }
    waveOf = [Int](repeating: 0, count: numbers.count)
    for (wave, drafts) in waves.enumerated() { for draft in drafts { waveOf[draft] = wave } }
  }
}

/// Chooses the order of least peak memory among several.
///
/// The orders: every draft as early as its operands allow (short waits, results of the optimizer soon); as late as its
/// readers allow (short lives of values made from few operands); and each as suits it, early what makes less than it
/// reads and late what makes more.
struct Scheduler {
  let program: LoweredProgram

  /// The order chosen, its live intervals, and how many orders between drafts there are.
  func schedule() -> (schedule: Schedule, live: LiveIntervals, edges: Int) {
    let dependencies = Dependencies(program)
    let orders = [dependencies.earliestWaves(), dependencies.latestWaves(), dependencies.thriftyWaves(program)]
    var best: (schedule: Schedule, live: LiveIntervals, edges: Int)?
    var least = Int.max
    let edges = dependencies.before.reduce(0) { $0 + $1.count }
    for order in orders {
      let schedule = Schedule(order, program)
      let live = LiveIntervals(program, schedule, dependencies)
      let peak = LiveIntervals.peak(live.intervals, waves: schedule.waves.count).bytes
      if peak < least { (best, least) = ((schedule, live, edges), peak) }
    }
    return best!
  }
}
