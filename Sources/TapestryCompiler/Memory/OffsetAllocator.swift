// Offsets in the arena for live intervals: a packing problem, tried two ways.
//
//   In wave order, best fit: an interval takes the smallest free block that holds it; blocks that become free are joined
//   with their neighbours. Near-linear, used for programs of any size.
//   Largest first: intervals by falling size, each at the lowest place that is free of those it meets in time. Quadratic,
//   so only for programs of few intervals, where it often packs tighter.
// The smaller arena wins. Offsets are multiples of 64 bytes, a cache line.

struct OffsetAllocator {
  private static let mostForLargestFirst = 600

  static func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

  /// The bytes a buffer takes with its guard.
  static func guarded(_ bytes: Int) -> Int { aligned(bytes) + 64 }

  /// Offsets without any sharing, a guard behind each interval.
  static func placeApart(_ intervals: [LiveInterval]) -> (offsets: [Int], bytes: Int) {
    var end = 0
    let offsets = intervals.map { interval in
      defer { end += guarded(interval.byteCount) }
      return end
    }
    return (offsets, end)
  }

  /// An offset for each interval, and the bytes all of them need.
  static func place(_ intervals: [LiveInterval], waves: Int) -> (offsets: [Int], bytes: Int) {
    let inOrder = placeInWaveOrder(intervals, waves: waves)
    guard intervals.count <= mostForLargestFirst else { return inOrder }
    let bySize = placeLargestFirst(intervals)
    return bySize.bytes < inOrder.bytes ? bySize : inOrder
  }

  private static func placeInWaveOrder(_ intervals: [LiveInterval], waves: Int) -> (offsets: [Int], bytes: Int) {
    var offsets = [Int](repeating: 0, count: intervals.count)
    var starting = [[Int]](repeating: [], count: waves)
    var ending = starting
    for (index, interval) in intervals.enumerated() {
      starting[interval.first].append(index)
      ending[interval.last].append(index)
    }
    var free = FreeBlocks()
    for wave in 0..<waves {
      for index in starting[wave].sorted(by: { intervals[$0].byteCount > intervals[$1].byteCount }) {
        offsets[index] = free.take(aligned(intervals[index].byteCount))
      }
      for index in ending[wave] {
        free.give(offsets[index], aligned(intervals[index].byteCount))
      }
    }
    return (offsets, free.end)
  }

  private static func placeLargestFirst(_ intervals: [LiveInterval]) -> (offsets: [Int], bytes: Int) {
    var offsets = [Int](repeating: 0, count: intervals.count)
    var placed: [Int] = []
    var end = 0
    let order = intervals.indices.sorted { (intervals[$0].byteCount, $1) > (intervals[$1].byteCount, $0) }
    for index in order {
      let (interval, size) = (intervals[index], aligned(intervals[index].byteCount))
      let met = placed.filter { intervals[$0].first <= interval.last && interval.first <= intervals[$0].last }
        .sorted { offsets[$0] < offsets[$1] }
      var place = 0
      for other in met {
        if offsets[other] - place >= size { break }
        place = max(place, offsets[other] + aligned(intervals[other].byteCount))
      }
      offsets[index] = place
      placed.append(index)
      end = max(end, place + size)
    }
    return (offsets, end)
  }
}

/// The free blocks of an arena that can grow at its end, by offset.
private struct FreeBlocks {
  private var blocks: [(offset: Int, size: Int)] = []
  private(set) var end = 0

  /// The offset of a block of that size: from the smallest that holds it, or at the end.
  mutating func take(_ size: Int) -> Int {
    guard size > 0 else { return 0 }
    let fitting = blocks.indices.filter { blocks[$0].size >= size }
    if let best = fitting.min(by: { blocks[$0].size < blocks[$1].size }) {
      let offset = blocks[best].offset
      if blocks[best].size == size {
        blocks.remove(at: best)
      } else {
        blocks[best] = (offset + size, blocks[best].size - size)
      }
      return offset
    }
    if let last = blocks.last, last.offset + last.size == end {
      blocks.removeLast()
      end = last.offset + size
      return last.offset
    }
    defer { end += size }
    return end
  }

  /// Makes a block free and joins it with its neighbours.
  mutating func give(_ offset: Int, _ size: Int) {
    guard size > 0 else { return }
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    blocks.insert((offset, size), at: low)
    if low + 1 < blocks.count, blocks[low].offset + blocks[low].size == blocks[low + 1].offset {
      blocks[low].size += blocks[low + 1].size
      blocks.remove(at: low + 1)
    }
    if low > 0, blocks[low - 1].offset + blocks[low - 1].size == blocks[low].offset {
      blocks[low - 1].size += blocks[low].size
      blocks.remove(at: low)
    }
  }
}
