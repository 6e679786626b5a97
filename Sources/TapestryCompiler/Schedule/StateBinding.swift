import TapestryCore
import TapestryTape

// Where the next value of a variable is computed.
//
// Best is in place: the kernel that makes the value writes it straight into the state. That is right when every
// other reader of the old value, and every instruction that may find an index out of range, runs before (a failed run
// must leave state as it was), and when the kernel itself reads the old value only where it writes the new one. The
// orders needed are added to the program; they cannot close a circle, since each goes from a lower rank to a higher one,
// where rank is a wave, the latest for kernels that make such values and the earliest for others, and within a wave the
// makers come last. Where that fails the value is computed in the arena and copied at the end.

struct StateBinding {
  private var program: LoweredProgram
  private let dependencies: Dependencies
  private let rank: [Int]
  private var bound: Set<Int> = []

  init(_ lowered: LoweredProgram) {
    let program = StateBinding.settingAside(lowered)
    self.program = program
    dependencies = Dependencies(program)
    let next = Set(program.nextState.map(\.result.buffer))
    let makesNext = program.drafts.map { $0.writes.contains(where: next.contains) }
    let waves = dependencies.waves { makesNext[$0] }
    rank = program.drafts.indices.map { index in
      (2 * waves[index] + (makesNext[index] ? 1 : 0)) * program.drafts.count + index
    }
  }

  /// The program with every variable's next value in its place.
  mutating func bind() -> LoweredProgram {
    let faulting = program.drafts.indices.filter { program.drafts[$0].canFault }
    var copied: [(slot: Int, result: LoweredProgram.Result)] = []
    for (slot, result) in program.nextState {
      if !bindInPlace(slot, result, faulting) { copied.append((slot, result)) }
    }
    copy(copied, faulting)
    return program
  }

  /// The program without variables that are assigned their own value, and with what other variables are assigned of the
  /// old state copied: the copy reads it before it is written over, and where nothing is in the way it is itself
  /// bound in place. So variables can be exchanged.
  private static func settingAside(_ lowered: LoweredProgram) -> LoweredProgram {
    var program = lowered
    program.nextState.removeAll { slot, result in
      result.buffer == lowered.stateBuffers[slot] && result.byteOffset == 0
    }
    for (place, next) in program.nextState.enumerated() where next.result.type.byteCount > 0 {
      guard case .state = program.buffers[next.result.buffer].location else { continue }
      let byteCount = next.result.type.byteCount
      let source = DraftOperand(buffer: next.result.buffer, byteOffset: next.result.byteOffset, isWrite: false)
      let aside = program.addBuffer(.arena, byteCount: byteCount, value: nil)
      program.drafts.append(Lowering.copyDraft(byteCount: byteCount, from: source, to: aside))
      program.nextState[place].result.buffer = aside
      program.nextState[place].result.byteOffset = 0
    }
    return program
  }

  private mutating func bindInPlace(_ slot: Int, _ result: LoweredProgram.Result, _ faulting: [Int]) -> Bool {
    let buffer = result.buffer
    let old = program.stateBuffers[slot]
    guard let writer = dependencies.soleWriter(of: buffer), program.buffers[buffer].location == .arena,
      !bound.contains(buffer), result.byteOffset == 0,
      program.buffers[buffer].byteCount == result.type.byteCount, !program.drafts[writer].canFault,
      program.drafts[writer].loop == nil
    else { return false }
    let earlier = (dependencies.readers[old] + faulting).filter { $0 != writer }
    guard earlier.allSatisfy({ rank[$0] < rank[writer] }) else { return false }
    let draft = program.drafts[writer]
    guard let write = draft.operands.first(where: { $0.isWrite && $0.buffer == buffer }),
      draft.operands.allSatisfy({ $0.isWrite || $0.buffer != old || write.walk.mayReplace($0.walk) })
    else { return false }
    program.buffers[buffer].location = .state(slot)
    program.orderings += earlier.map { ($0, writer) }
    bound.insert(buffer)
    return true
  }

  /// Copies at the end, after every reader of the old value.
  private mutating func copy(_ copied: [(slot: Int, result: LoweredProgram.Result)], _ faulting: [Int]) {
    for (slot, result) in copied where result.type.byteCount > 0 {
      let source = DraftOperand(buffer: result.buffer, byteOffset: result.byteOffset, isWrite: false)
      let target = program.addBuffer(.state(slot), byteCount: result.type.byteCount, value: nil)
      let copy = program.drafts.count
      program.drafts.append(Lowering.copyDraft(byteCount: result.type.byteCount, from: source, to: target))
      program.orderings += (dependencies.readers[program.stateBuffers[slot]] + faulting).map { ($0, copy) }
    }
  }
}
