import TapestryCore
import TapestryGraph
import TapestryTape

extension Specialization {
  /// Runs some steps and measures them, whole and instruction by instruction.
  func profile(_ state: inout ModelState, _ feeds: Feeds, steps: Int) throws(TapestryError) -> ProgramProfile {
    let tape = compiled.tape
    return try withExecutor(&state, feeds) { (run) throws(TapestryError) in
      var (alone, shared) = (LeastTimes(tape), LeastTimes(tape))
      var clock = Int.max
      for _ in 0..<steps {
        try alone.measure(run, sharing: false)
        try shared.measure(run, sharing: true)
        let start = ContinuousClock.now
        clock = min(clock, (ContinuousClock.now - start).nanoseconds)
      }
      let (runs, waves) = (tape.runs, tape.waves)
      func time(_ times: LeastTimes, _ index: Int) -> Int { max(times.instructions[index] - clock * runs[index], 0) }
      let entries = tape.instructions.indices.map { index in
        let (instruction, origin) = (tape.instructions[index], tape.origins[index])
        return ProgramProfile.Entry(
          label: tape.labels[index], routine: tape.name(of: instruction.routine), layer: origin?.scope ?? "",
          phase: origin?.phase ?? .forward, wave: waves[index], runs: runs[index],
          nanoseconds: time(alone, index), sharedNanoseconds: time(shared, index),
          flops: instruction.flops * runs[index], bytes: instruction.bytes * runs[index])
      }
      return ProgramProfile(
        entries: entries, threads: run.executor.threadCount, stepNanoseconds: shared.step,
        soloStepNanoseconds: alone.step)
    }
  }
}

/// The least times over some steps.
private struct LeastTimes {
  private(set) var step = Int.max
  /// For each instruction the time of its longest share, loops summed up; each run holds a reading of the clock.
  private(set) var instructions: [Int]

  init(_ tape: Tape) { instructions = [Int](repeating: .max, count: tape.instructions.count) }

  /// Measures one step whole and one recorded.
  mutating func measure(_ run: BoundExecutor, sharing: Bool) throws(TapestryError) {
    let begin = ContinuousClock.now
    try run.executor.run(state: run.state, feeds: run.feeds, sharing: sharing)
    step = min(step, (ContinuousClock.now - begin).nanoseconds)
    let events = try run.executor.record(state: run.state, feeds: run.feeds, sharing: sharing)
    var shares = [[Int]](repeating: [Int](repeating: 0, count: instructions.count), count: run.executor.threadCount)
    for event in events { shares[event.thread][event.instruction] += event.end - event.begin }
    for index in instructions.indices {
      instructions[index] = min(instructions[index], shares.reduce(0) { max($0, $1[index]) })
    }
  }
}
