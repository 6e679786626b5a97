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
        var ending = EndingReads(draft) { [intervalOf, intervals] buffer in
          intervalOf[buffer] >= 0 && !isPinned[buffer] && intervals[intervalOf[buffer]].last == wave
            && intervals[intervalOf[buffer]].buffers.last == buffer
            && dependencies.readers[buffer].allSatisfy { $0 == index || schedule.waveOf[$0] < wave }
        }
        steps += ending.count
        for operand in draft.operands where operand.isWrite {
          let buffer = operand.buffer
          guard program.buffers[buffer].location == .arena, intervalOf[buffer] < 0 else { continue }
          steps += 1 + dependencies.readers[buffer].count + dependencies.writers[buffer].count
          let last =
            isPinned[buffer]
            ? schedule.waves.count - 1
            : (dependencies.readers[buffer] + dependencies.writers[buffer]).map { schedule.waveOf[$0] }.max() ?? wave
          let byteCount = program.buffers[buffer].byteCount
          if dependencies.soleWriter(of: buffer) != nil,
            let old = ending.take(for: operand.walk, where: { program.buffers[$0].byteCount == byteCount })
          {
            intervalOf[buffer] = intervalOf[old]
            intervals[intervalOf[old]].last = last
            intervals[intervalOf[old]].buffers.append(buffer)
          } else {
            intervalOf[buffer] = intervals.count
            intervals.append(LiveInterval(first: wave, last: last, byteCount: byteCount, buffers: [buffer]))
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

/// The buffers an instruction reads last, by how it walks them: what its results may be made in.
private struct EndingReads {
  private var buffers: [Int: [(line: Int, buffer: Int)]] = [:]
  private(set) var count = 0

  init(_ draft: Draft, _ ends: (Int) -> Bool) {
    for operand in draft.operands where !operand.isWrite && operand.walk.number >= 0 && ends(operand.buffer) {
      buffers[operand.walk.number, default: []].append((operand.walk.line, operand.buffer))
      count += 1
    }
    for number in buffers.keys { buffers[number]?.sort { $0.line > $1.line } }
  }

  /// Takes the buffer that is read first, if a result walked this way may replace it.
  mutating func take(for walk: OperandWalk, where fits: (Int) -> Bool) -> Int? {
    guard let first = buffers[walk.number]?.last, first.line < walk.line, fits(first.buffer) else { return nil }
    buffers[walk.number]?.removeLast()
    return first.buffer
  }
}
