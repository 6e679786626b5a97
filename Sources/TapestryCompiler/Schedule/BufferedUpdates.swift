import TapestryCore
import TapestryTape

// Updates that are computed beside the old value.
//
// The kernel that makes a weight's gradient of an activation makes the weight's next value, too, as its epilogue, and
// writes it where the old one is (`StateBinding`). So it waits for the kernel that makes the activation's cotangent by
// the old weight, and the activation lives on beside its cotangent. Where the weight is small beside the activation the
// other order is better: the next value is computed beside the old one and copied at the end, the activation's memory is
// free when its cotangent is made, and the cotangent often takes its very place.
// Whether that saves memory, all in all, only the finished plan tells: `PlannedProgram` takes the smaller of the two.
//
// The orders close no circle. Each goes from a kernel that makes a next value to one that makes none, and to the same
// wave or a later one, counted from the start; and what leads back from the latter leads to a later wave.

/// The orders by which makers of next values run before readers of the old ones.
struct BufferedUpdates {
  /// Bytes of memory, for each byte that is copied for it, from which it is worth an order.
  private static let leastBytes = 4

  /// Pairs of drafts: the first comes first.
  private(set) var orders: [(Int, Int)] = []

  /// - Complexity: O(variables + the readers of what their makers read).
  init(_ program: LoweredProgram) {
    let dependencies = Dependencies(program)
    let waves = dependencies.earliestWaves()
    let next = Set(program.nextState.map(\.result.buffer))
    let kept = next.union(program.outputs.map(\.buffer))
    for (slot, result) in program.nextState {
      guard let maker = dependencies.soleWriter(of: result.buffer) else { continue }
      for reader in dependencies.readers[program.stateBuffers[slot]]
      where reader != maker && waves[reader] >= waves[maker]
        && !program.drafts[reader].writes.contains(where: next.contains)
      {
        let freed = Set(program.drafts[maker].reads).subtracting(kept).filter { buffer in
          program.buffers[buffer].location == .arena
            && dependencies.readers[buffer].allSatisfy { other in
              other == maker || waves[other] < waves[reader]
                || other == reader && program.drafts[reader].mayReplace(buffer, in: program)
            }
        }
        let bytes = [freed, Set(program.drafts[reader].writes)].map { program.byteCount(of: $0) }
        if bytes.min()! >= Scheduler.barrierBytes + BufferedUpdates.leastBytes * result.type.byteCount {
          orders.append((maker, reader))
        }
      }
    }
  }
}

extension LoweredProgram {
  fileprivate func byteCount(of buffers: Set<Int>) -> Int { buffers.reduce(0) { $0 + self.buffers[$1].byteCount } }
}

extension Draft {
  /// Whether a result may be made in the place of a buffer, as far as this instruction reads it.
  fileprivate func mayReplace(_ buffer: Int, in program: LoweredProgram) -> Bool {
    let reads = operands.filter { !$0.isWrite && $0.buffer == buffer }
    return operands.contains { write in
      write.isWrite && program.buffers[write.buffer].byteCount == program.buffers[buffer].byteCount
        && reads.allSatisfy { write.walk.mayReplace($0.walk) }
    }
  }
}
