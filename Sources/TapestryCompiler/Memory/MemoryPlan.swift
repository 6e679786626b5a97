package import TapestryGraph

/// The arena of a program: who lies where, and when.
package struct MemoryPlan: Sendable {
  /// A piece of the arena and the values that take turns in it.
  package struct Block: Sendable {
    package let offset: Int
    package let byteCount: Int
    /// The waves it is in use.
    package let waves: ClosedRange<Int>
    /// The values, each made in place of the one before; work space has none.
    package let values: [Value]

    package init(offset: Int, byteCount: Int, waves: ClosedRange<Int>, values: [Value]) {
      self.offset = offset
      self.byteCount = byteCount
      self.waves = waves
      self.values = values
    }
  }

  package var blocks: [Block] = []
  package var arenaBytes = 0
  package var waveCount = 0
  /// The greatest sum of live bytes over the waves: no arena can be smaller.
  package var liveBytes = 0
  /// The wave in which it is reached.
  package var peakWave = 0
  /// The most bytes that one instruction reads and writes: no order of the instructions gets below.
  package var instructionBytes = 0
  /// The bytes of all values the instructions write, were each given memory of its own.
  package var valueBytes = 0

  package init() {}

  /// The blocks alive at the peak, the largest first.
  package var aliveAtPeak: [Block] {
    blocks.filter { $0.waves.contains(peakWave) }.sorted { ($0.byteCount, $1.offset) > ($1.byteCount, $0.offset) }
  }

  /// Two blocks alive at the same time in the same place, if there are: a fault of the planner.
  package func overlap() -> (Block, Block)? {
    for (index, a) in blocks.enumerated() {
      for b in blocks[..<index] where a.waves.overlaps(b.waves) && a.byteCount > 0 && b.byteCount > 0 {
        if a.offset < b.offset + b.byteCount && b.offset < a.offset + a.byteCount { return (a, b) }
      }
    }
    return nil
  }
}

extension MemoryPlan {
  init(_ planned: PlannedProgram) {
    self.init()
    for (index, interval) in planned.intervals.enumerated() {
      blocks.append(
        Block(
          offset: planned.offsets[index], byteCount: interval.byteCount, waves: interval.first...interval.last,
          values: interval.buffers.compactMap { planned.program.buffers[$0].value }))
    }
    arenaBytes = planned.arenaBytes
    waveCount = planned.schedule.waves.count
    (liveBytes, peakWave) = LiveIntervals.peak(planned.intervals, waves: waveCount)
    var intervalOf: [Int: Int] = [:]
    for (index, interval) in planned.intervals.enumerated() {
      for buffer in interval.buffers { intervalOf[buffer] = index }
    }
    for draft in planned.program.drafts {
      let held = Set(draft.operands.compactMap { intervalOf[$0.buffer] })
      instructionBytes = max(instructionBytes, held.reduce(0) { $0 + planned.intervals[$1].byteCount })
    }
    // Several instructions may write parts of one value.
    for buffer in Set(planned.program.drafts.flatMap(\.writes))
    where planned.program.buffers[buffer].location == .arena {
      valueBytes += planned.program.buffers[buffer].byteCount
    }
  }
}
