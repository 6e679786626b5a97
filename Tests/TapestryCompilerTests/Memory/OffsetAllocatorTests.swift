import TapestryCore
import Testing

@testable import TapestryCompiler

/// Offsets of random intervals.
@Suite struct OffsetAllocatorTests {
  private func intervals(_ seed: Int, _ count: Int, waves: Int, sizes: Int) -> [LiveInterval] {
    var draw = Draws(seed: seed)
    return (0..<count).map { index in
      let first = draw.below(waves)
      let last = min(waves - 1, first + draw.below(draw.flag() ? 3 : waves))
      return LiveInterval(first: first, last: last, byteCount: draw.below(sizes), buffers: [index])
    }
  }

  private func holds(_ intervals: [LiveInterval], _ placed: OffsetAllocator.Placement) -> Bool {
    for (a, first) in intervals.enumerated() where first.byteCount > 0 {
      guard placed.offsets[a] % 64 == 0, placed.offsets[a] + first.byteCount <= placed.bytes else { return false }
      for b in 0..<a where intervals[b].byteCount > 0 {
        let second = intervals[b]
        let meet = first.first <= second.last && second.first <= first.last
        let overlap =
          placed.offsets[a] < placed.offsets[b] + second.byteCount
          && placed.offsets[b] < placed.offsets[a] + first.byteCount
        if meet && overlap { return false }
      }
    }
    return true
  }

  @Test(arguments: 0..<30) func nothingAliveAtOnceOverlaps(_ seed: Int) {
    let sizes = seed % 3 == 0 ? 200 : 100_000
    // More than 600 intervals are placed in wave order alone.
    let drawn = intervals(seed, seed % 2 == 0 ? 300 : 700, waves: 40, sizes: sizes)
    let placed = OffsetAllocator.place(drawn, waves: 40)
    #expect(holds(drawn, placed))
    #expect(placed.bytes >= LiveIntervals.peak(drawn, waves: 40).bytes)
    #expect(Double(placed.bytes) <= 1.6 * Double(LiveIntervals.peak(drawn, waves: 40).bytes))
  }

  @Test func theBoundsOfTheTestAreTight() {
    let two = [
      LiveInterval(first: 0, last: 1, byteCount: 65, buffers: [0]),
      LiveInterval(first: 1, last: 2, byteCount: 64, buffers: [1]),
    ]
    #expect(holds(two, OffsetAllocator.Placement(offsets: [0, 128], bytes: 192, steps: 0)))
    #expect(!holds(two, OffsetAllocator.Placement(offsets: [0, 64], bytes: 192, steps: 0)))
  }

  @Test func neighboursThatBecomeFreeAreJoined() {
    var free = FreeBlocks()
    let offsets = (0..<4).map { _ in free.take(64) }
    #expect(offsets == [0, 64, 128, 192])
    free.give(64, 64)
    free.give(192, 64)
    free.give(128, 64)
    #expect(free.take(192) == 64)
    #expect(free.end == 256)
    free.give(64, 192)
    free.give(0, 64)
    #expect(free.take(512) == 0)
    #expect(free.end == 512)
  }

  @Test func aSearchIsAFewStepsHoweverManyBlocksAreFree() {
    func steps(_ count: Int) -> Int {
      var free = FreeBlocks()
      let offsets = (0..<2 * count).map { free.take(64 * (1 + $0 % 5)) }
      for (place, offset) in offsets.enumerated() where place % 2 == 0 { free.give(offset, 64 * (1 + place % 5)) }
      for _ in 0..<count { _ = free.take(128) }
      return free.steps
    }
    #expect(steps(1000) > 1000)
    #expect(steps(5000) <= 6 * steps(1000))
  }
}
