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
  static func placeApart(_ intervals: [LiveInterval]) -> Placement {
    var end = 0
    let offsets = intervals.map { interval in
      defer { end += guarded(interval.byteCount) }
      return end
    }
    return Placement(offsets: offsets, bytes: end, steps: intervals.count)
  }

  /// An offset for each interval, the bytes all of them need, and how many free blocks were looked at.
  struct Placement {
    let offsets: [Int]
    let bytes: Int
    let steps: Int
  }

  /// Places intervals so that none alive at the same time overlap.
  static func place(_ intervals: [LiveInterval], waves: Int) -> Placement {
    let inOrder = placeInWaveOrder(intervals, waves: waves)
    guard intervals.count <= mostForLargestFirst else { return inOrder }
    let bySize = placeLargestFirst(intervals)
    return bySize.bytes < inOrder.bytes ? bySize : inOrder
  }

  private static func placeInWaveOrder(_ intervals: [LiveInterval], waves: Int) -> Placement {
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
    return Placement(offsets: offsets, bytes: free.end, steps: free.steps)
  }

  private static func placeLargestFirst(_ intervals: [LiveInterval]) -> Placement {
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
    return Placement(offsets: offsets, bytes: end, steps: intervals.count)
  }
}
