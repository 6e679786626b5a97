import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Waves of random programs respect what depends on what.
@Suite struct WaveTests {
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
