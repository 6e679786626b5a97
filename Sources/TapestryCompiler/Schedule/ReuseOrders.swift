import TapestryCore
import TapestryTape

// Orders that let large values be made in place.
//
// A value can be made in the place of one its kernel reads once nothing else will read that. An activation is read by two
// kernels of its layer's gradient: one makes its cotangent, which could lie where the activation lies, and one the
// gradient of the weight. The latter usually comes last, because its epilogue writes the weight's next value where
// the former still reads the old one. Where the weight is small beside the activation the other order is better: the
// next value is computed beside the old one and copied at the end (`StateBinding`), and the cotangent takes no memory.
// Whether it is, all in all, only the finished plan tells: `PlannedProgram` takes the smaller of the two.
//
// The orders close no circle: each goes to the same wave, counted from the start, or to a later one, and within a wave
// from kernels that make nothing in place to those that do.

/// The orders by which each of some kernels runs after all others that read a value it can replace.
struct ReuseOrders {
  /// Bytes of a value, for each byte that is copied for it, from which its memory is worth an order.
  private static let leastBytes = 4

  /// Pairs of drafts: the first comes first.
  let orders: [(Int, Int)]

  init(_ program: LoweredProgram) {
    let dependencies = Dependencies(program)
    let waves = dependencies.earliestWaves()
    var isPinned = [Bool](repeating: false, count: program.buffers.count)
    for result in program.outputs + program.nextState.map(\.result) { isPinned[result.buffer] = true }
    var found: [Int: [Int]] = [:]
    for (index, draft) in program.drafts.enumerated() {
      let write = draft.operands.first { operand in
        operand.isWrite && program.buffers[operand.buffer].location == .arena
          && dependencies.soleWriter(of: operand.buffer) != nil
      }
      guard let write, write.walk.number >= 0 else { continue }
      let byteCount = program.buffers[write.buffer].byteCount
      let others = draft.operands.lazy.filter { !$0.isWrite && write.walk.mayReplace($0.walk) }.map(\.buffer)
        .filter { buffer in
          program.buffers[buffer].location == .arena && program.buffers[buffer].byteCount == byteCount
            && !isPinned[buffer]
        }.map { buffer in dependencies.readers[buffer].filter { $0 != index } }
        .first { others in
          others.allSatisfy { waves[$0] <= waves[index] } && others.contains { waves[$0] == waves[index] }
        }
      guard let others else { continue }
      let copied = program.copiedBytes(where: others, precede: index)
      if byteCount >= Scheduler.barrierBytes + ReuseOrders.leastBytes * copied { found[index] = others }
    }
    orders = found.sorted { $0.key < $1.key }.flatMap { index, others in
      others.contains { waves[$0] == waves[index] && found[$0] != nil } ? [] : others.map { ($0, index) }
    }
  }
}

extension LoweredProgram {
  /// Bytes of the next values that some drafts make of variables which a draft behind them reads.
  fileprivate func copiedBytes(where makers: [Int], precede reader: Int) -> Int {
    let read = Set(drafts[reader].reads)
    let made = Set(makers.flatMap { drafts[$0].writes })
    return nextState.reduce(0) { bytes, next in
      made.contains(next.result.buffer) && read.contains(stateBuffers[next.slot])
        ? bytes + next.result.type.byteCount : bytes
    }
  }
}
