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

extension Schedule {
  /// The schedule with a wave cut in two: drafts that make more than they are the last to read move behind the others.
  /// Nil where the wave has only drafts of one kind.
  func cut(_ wave: Int, _ program: LoweredProgram, _ intervals: [LiveInterval]) -> Schedule? {
    var intervalOf: [Int: Int] = [:]
    for (index, interval) in intervals.enumerated()
    where (interval.first == wave) != (interval.last == wave) {
      for buffer in interval.buffers { intervalOf[buffer] = index }
    }
    var users: [Int: Set<Int>] = [:]
    for draft in waves[wave] {
      for operand in program.drafts[draft].operands {
        if let interval = intervalOf[operand.buffer] { users[interval, default: []].insert(draft) }
      }
    }
    var growth: [Int: Int] = [:]
    for (index, drafts) in users where drafts.count == 1 {
      growth[drafts.first!, default: 0] += intervals[index].byteCount * (intervals[index].first == wave ? 1 : -1)
    }
    let growing = Set(waves[wave].filter { growth[$0, default: 0] > 0 })
    guard !growing.isEmpty, growing.count < waves[wave].count else { return nil }
    return Schedule(
      waveOf.enumerated().map { draft, number in number + (number > wave || growing.contains(draft) ? 1 : 0) }, program)
  }
}

/// Chooses the order of least peak memory among several.
///
/// The orders: every draft as early as its operands allow (short waits, results of the optimizer soon); as late as its
/// readers allow (short lives of values made from few operands); and each as suits it, early what makes less than it
/// reads and late what makes more. Then the wave of the peak is cut in two, what frees memory before what takes it, as
/// long as that saves enough for the barrier it costs.
struct Scheduler {
  /// A schedule with its live intervals and its peak.
  private struct Candidate {
    let schedule: Schedule
    let live: LiveIntervals
    let peak: (bytes: Int, wave: Int)
  }

  /// The bytes that a barrier must save: about what a core copies in the time of one.
  static let barrierBytes = 1 << 16
  private static let mostCuts = 8

  let program: LoweredProgram

  /// The order chosen, its live intervals, and how many orders between drafts there are.
  func schedule() -> (schedule: Schedule, live: LiveIntervals, edges: Int) {
    let dependencies = Dependencies(program)
    func candidate(_ schedule: Schedule) -> Candidate {
      let live = LiveIntervals(program, schedule, dependencies)
      let peak = LiveIntervals.peak(live.intervals, waves: schedule.waves.count)
      return Candidate(schedule: schedule, live: live, peak: peak)
    }
    var best = candidate(Schedule(dependencies.earliestWaves(), program))
    for order in [dependencies.latestWaves(), dependencies.thriftyWaves(program)] {
      let other = candidate(Schedule(order, program))
      if other.peak.bytes < best.peak.bytes { best = other }
    }
    for _ in 0..<Scheduler.mostCuts where best.peak.bytes >= Scheduler.barrierBytes {
      guard let cut = best.schedule.cut(best.peak.wave, program, best.live.intervals).map(candidate),
        cut.peak.bytes + Scheduler.barrierBytes <= best.peak.bytes
      else { break }
      best = cut
    }
    return (best.schedule, best.live, dependencies.before.reduce(0) { $0 + $1.count })
  }
}
