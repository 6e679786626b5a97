import TapestryTape

/// The waves in which a piece of the arena is in use, and the buffers that take turns in it.
struct LiveInterval: Sendable {
  var first: Int
  var last: Int
  let byteCount: Int
  /// The buffers, each made in place of the one before.
  var buffers: [Int]
}

// Live intervals, counted in waves.
//
// A buffer is live from the wave that writes it to the last that reads it; outputs to the end. Instructions of a wave may
// run at the same time, so a buffer that dies in a wave cannot make room for one born in it, except in place: when
// the instruction that writes the new one reads the old one last, element by element in the same order, both are one
// interval.

struct LiveIntervals {
  private(set) var intervals: [LiveInterval] = []
  /// How many readers, writers and candidates for in-place work were looked at.
  private(set) var steps = 0

  init(_ program: LoweredProgram, _ schedule: Schedule, _ dependencies: Dependencies) {
    var isPinned = [Bool](repeating: false, count: program.buffers.count)
    for output in program.outputs { isPinned[output.buffer] = true }
    var intervalOf = [Int](repeating: -1, count: program.buffers.count)
    for (wave, drafts) in schedule.waves.enumerated() {
      for index in drafts {
        let draft = program.drafts[index]
        var taken: Set<Int> = []
        for buffer in draft.writes where program.buffers[buffer].location == .arena && intervalOf[buffer] < 0 {
          steps += 1 + dependencies.readers[buffer].count + dependencies.writers[buffer].count
          let last =
            isPinned[buffer]
            ? schedule.waves.count - 1
            : (dependencies.readers[buffer] + dependencies.writers[buffer]).map { schedule.waveOf[$0] }.max() ?? wave
          let heir = draft.inPlacePairs.first { pair in
            steps += 1
            guard draft.operands[pair.write].buffer == buffer, dependencies.soleWriter(of: buffer) != nil else {
              return false
            }
            let old = draft.operands[pair.read].buffer
            return intervalOf[old] >= 0 && !taken.contains(old) && !isPinned[old]
              && program.buffers[old].byteCount == program.buffers[buffer].byteCount
              && intervals[intervalOf[old]].last == wave && intervals[intervalOf[old]].buffers.last == old
              && dependencies.readers[old].allSatisfy { $0 == index || schedule.waveOf[$0] < wave }
          }
          if let heir {
            let old = draft.operands[heir.read].buffer
            taken.insert(old)
            intervalOf[buffer] = intervalOf[old]
            intervals[intervalOf[old]].last = last
            intervals[intervalOf[old]].buffers.append(buffer)
          } else {
            intervalOf[buffer] = intervals.count
            intervals.append(
              LiveInterval(first: wave, last: last, byteCount: program.buffers[buffer].byteCount, buffers: [buffer]))
          }
        }
      }
    }
  }

  /// The greatest sum of live bytes over the waves, and the wave it is in.
  static func peak(_ intervals: [LiveInterval], waves: Int) -> (bytes: Int, wave: Int) {
    var change = [Int](repeating: 0, count: waves + 1)
    for interval in intervals {
      change[interval.first] += OffsetAllocator.aligned(interval.byteCount)
      change[interval.last + 1] -= OffsetAllocator.aligned(interval.byteCount)
    }
    var (live, most, place) = (0, 0, 0)
    for wave in 0..<waves {
      live += change[wave]
      if live > most { (most, place) = (live, wave) }
    }
    return (most, place)
  }
}
