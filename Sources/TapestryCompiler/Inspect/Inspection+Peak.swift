import TapestryCore
package import TapestryGraph

/// A piece of the arena and the values that take turns in it.
public struct ArenaBlock: Sendable, Hashable {
  /// The values, in a few words.
  public let label: String
  /// Bytes from the start of the arena.
  public let offset: Int
  /// Its size in bytes.
  public let byteCount: Int
  /// The waves in which it is in use.
  public let waves: ClosedRange<Int>
  /// The scope and line of the model its first value comes from; empty for work space.
  public let origin: String
  /// What its first value is for.
  package let phase: Phase
}

extension Inspection {
  /// The blocks of the arena, by place, then by time.
  public var arena: [ArenaBlock] {
    compiled.shownBlocks.map(account)
  }

  /// The blocks alive at the peak of memory, the largest first.
  public var aliveAtPeak: [ArenaBlock] { compiled.memory.aliveAtPeak.map(account) }

  /// The waves of the tape, loops counted once.
  public var waveCount: Int { compiled.memory.waveCount }

  /// The wave in which most bytes are alive.
  public var peakWave: Int { compiled.memory.peakWave }

  /// The size of the arena in bytes.
  public var arenaBytes: Int { compiled.memory.arenaBytes }

  /// What is alive at the peak as text: bytes, share, place, time, what it is and the line it comes from.
  public var peakText: String {
    var text = compiled.memorySummary + "\n"
    let live = max(compiled.memory.liveBytes, 1)
    for block in aliveAtPeak {
      text +=
        "  \(block.byteCount) bytes (\(100 * block.byteCount / live)%) at \(block.offset), waves "
        + "\(block.waves.lowerBound) to \(block.waves.upperBound): \(block.label)"
      text += block.origin.isEmpty ? "\n" : "  # \(block.origin)\n"
    }
    return text
  }

  private func account(_ block: MemoryPlan.Block) -> ArenaBlock {
    let store = compiled.optimized.store
    let origin = block.values.first.flatMap { store.origins(of: Int($0.node)).last }
    return ArenaBlock(
      label: store.label(of: block), offset: block.offset, byteCount: block.byteCount, waves: block.waves,
      origin: origin.map { "\($0)" } ?? "", phase: origin?.phase ?? .forward)
  }
}
