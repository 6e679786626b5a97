import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Waves of random programs respect what depends on what.
@Suite struct WaveTests {
  /// Values that shrink at once where they are made beside values that are not needed for long: neither as early nor as
  /// late as possible is the best for all.
  @Test func anOrderThatSuitsEachSavesMemory() throws {
    let graph = Graph()
    var chain = graph.input("x", [1024])
    var shrunk: [Tensor] = []
    for _ in 0..<6 {
      chain = cumulativeSum(chain, axis: 0)
      shrunk.append(max(chain))
    }
    var total = max(cumulativeSum(chain, axis: 0))
    for place in 0..<6 {
      let grown = cumulativeSum(graph.input("y \(place)", [1024]), axis: 0)
      total = max(cumulativeSum(stack([total, max(grown)]), axis: 0))
    }
    total = max(cumulativeSum(stack([total] + shrunk), axis: 0))
    graph.report("total", total)
    let program = try FusedProgram(try ProgramGraph(tracing: graph), BodyOptions(fuses: true)).lowered()
    let dependencies = Dependencies(program)
    func peak(_ order: [Int]) -> Int {
      let schedule = Schedule(order, program)
      let live = LiveIntervals(program, schedule, dependencies)
      return LiveIntervals.peak(live.intervals, waves: schedule.waves.count).bytes
    }
    let thrifty = peak(dependencies.thriftyWaves(program))
    #expect(thrifty < peak(dependencies.earliestWaves()))
    #expect(thrifty < peak(dependencies.latestWaves()))
    #expect(PlannedProgram(program).arenaBytes <= thrifty)
    try expectCompiledEqualsReference(graph)
  }

  /// What frees memory runs before what takes it, where the two stand in one wave in every order: as an instruction
  /// between barriers of its own, if that saves enough.
  @Test(arguments: [true, false]) func theWaveOfThePeakIsCut(_ isLarge: Bool) throws {
    let graph = Graph()
    let count = isLarge ? 1 << 15 : 1 << 8
    let number = max(cumulativeSum(graph.input("t", [4]), axis: 0))
    let freed = max(cumulativeSum(graph.input("x", [2 * count]), axis: 0) + number)
    let grown = max(cumulativeSum(graph.input("y", [count]) + number, axis: 0))
    graph.report("total", freed * grown)
    let program = try FusedProgram(try ProgramGraph(tracing: graph), BodyOptions(fuses: true)).lowered()
    let dependencies = Dependencies(program)
    let orders = [dependencies.earliestWaves(), dependencies.latestWaves(), dependencies.thriftyWaves(program)]
    let schedules = orders.map { Schedule($0, program) }
    let peaks = schedules.map { schedule in
      let live = LiveIntervals(program, schedule, dependencies)
      return LiveIntervals.peak(live.intervals, waves: schedule.waves.count).bytes
    }
    let planned = PlannedProgram(program)
    if isLarge {
      #expect(planned.arenaBytes <= peaks.min()! - 4 * count)
      #expect(planned.schedule.waves.count == schedules[0].waves.count + 1)
    } else {
      #expect(planned.schedule.waves.count == schedules[0].waves.count)
    }
    try expectCompiledEqualsReference(graph)
  }

  @Test(arguments: 0..<40) func everyInstructionWaitsForWhatItNeeds(_ seed: Int) throws {
    let fuzz = FuzzGraph(seed: seed, dtype: .float32, nodes: 50)
    let program = try ProgramGraph(tracing: fuzz.graph)
    let planned = PlannedProgram(try FusedProgram(program, BodyOptions(fuses: seed % 2 == 0)).lowered())
    let (drafts, schedule) = (planned.program.drafts, planned.schedule)
    #expect(schedule.waves.flatMap(\.self).sorted() == Array(drafts.indices))
    for (wave, members) in schedule.waves.enumerated() { #expect(members.allSatisfy { schedule.waveOf[$0] == wave }) }

    // Every buffer is written before it is read, and state only after the last reader of its old value.
    var writers: [Int: [Int]] = [:]
    for (index, draft) in drafts.enumerated() {
      for buffer in draft.writes { writers[buffer, default: []].append(index) }
    }
    for (index, draft) in drafts.enumerated() {
      for buffer in draft.reads where buffer >= 0 {
        for writer in writers[buffer] ?? [] where writer != index {
          #expect(schedule.waveOf[writer] < schedule.waveOf[index])
        }
        guard case .state(let slot) = planned.program.buffers[buffer].location, writers[buffer] == nil else { continue }
        for (other, writing) in drafts.enumerated() where other != index {
          let writesSlot = writing.writes.contains { planned.program.buffers[$0].location == .state(slot) }
          if writesSlot { #expect(schedule.waveOf[index] < schedule.waveOf[other]) }
        }
      }
    }
    // No state is written before an index is checked.
    let checks = drafts.indices.filter { drafts[$0].canFault }.map { schedule.waveOf[$0] }.max() ?? -1
    for (index, draft) in drafts.enumerated() {
      let commits = draft.writes.contains {
        if case .state = planned.program.buffers[$0].location { true } else { false }
      }
      if commits { #expect(schedule.waveOf[index] > checks) }
    }
  }
}
