// The free blocks of an arena that can grow at its end.
//
// Blocks are kept in bins by the binary logarithm of their size. A block is looked for in the bin of the size wanted, where
// it may be too small, then in the larger ones, where any will do; the smallest of at most `mostTried` blocks of a bin
// is taken, so that a search is a bounded number of steps however many blocks there are. Blocks that become free are
// joined with their neighbours, which are found by their edges.

struct FreeBlocks {
  private static let mostTried = 64

  /// For each bin the offsets of its blocks.
  private var bins = [[Int]](repeating: [], count: Int.bitWidth)
  /// Size and place in its bin of the block at an offset.
  private var blocks: [Int: (size: Int, place: Int)] = [:]
  /// Offset of the block that ends at an offset.
  private var startOf: [Int: Int] = [:]
  private(set) var end = 0
  /// How many blocks were looked at.
  private(set) var steps = 0

  private static func bin(_ size: Int) -> Int { Int.bitWidth - 1 - size.leadingZeroBitCount }

  /// The offset of a block of that size: from a small one that holds it, or at the end.
  mutating func take(_ size: Int) -> Int {
    guard size > 0 else { return 0 }
    for bin in FreeBlocks.bin(size)..<bins.count where !bins[bin].isEmpty {
      var best: (offset: Int, size: Int)?
      for offset in bins[bin].suffix(FreeBlocks.mostTried) {
        steps += 1
        let found = blocks[offset]!.size
        if found >= size, best.map({ (found, offset) < ($0.size, $0.offset) }) ?? true { best = (offset, found) }
      }
      guard let best else { continue }
      remove(best.offset)
      if best.size > size { insert(best.offset + size, best.size - size) }
      return best.offset
    }
    let offset = startOf[end] ?? end
    if offset < end { remove(offset) }
    end = offset + size
    return offset
  }

  /// Makes a block free and joins it with its neighbours.
  mutating func give(_ offset: Int, _ size: Int) {
    guard size > 0 else { return }
    steps += 1
    var (offset, size) = (offset, size)
    if let after = blocks[offset + size]?.size {
      remove(offset + size)
      size += after
    }
    if let before = startOf[offset] {
      size += offset - before
      remove(before)
      offset = before
    }
    insert(offset, size)
  }

  private mutating func insert(_ offset: Int, _ size: Int) {
    let bin = FreeBlocks.bin(size)
    blocks[offset] = (size, bins[bin].count)
    bins[bin].append(offset)
    startOf[offset + size] = offset
  }

  private mutating func remove(_ offset: Int) {
    guard let block = blocks.removeValue(forKey: offset) else { return }
    startOf[offset + block.size] = nil
    let bin = FreeBlocks.bin(block.size)
    let last = bins[bin].removeLast()
    guard last != offset else { return }
    bins[bin][block.place] = last
    blocks[last]!.place = block.place
  }
}
