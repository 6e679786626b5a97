import TapestryCore

// Where the operands of a tape are in memory.
//
// Kernels read the addresses of their operands from a table. Between runs it holds what is right in the first pass of
// every loop, so that a run has little left to do. The arena and the constants stay where they are. A slot of state or
// feeds is compared with that of the last run, and its operands are written anew where it lies elsewhere. From pass to
// pass a loop adds to each operand that moves what it moves by, and takes it back at its end. So an operand that stays
// costs a run nothing.

/// The addresses of all operands of a tape, in tape order, for one run at a time.
final class OperandAddresses {
  let table: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let tape: Tape
  private let arena: UnsafeMutableRawPointer
  /// The memory of each slot as it was bound last: of the state, then of the feeds.
  private let slots: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// For each slot the operands in it, and how far from its start.
  private let slotOperands: OperandLists
  /// For each step that begins a loop the operands that move with it, and how far in a pass.
  private let movingOperands: OperandLists

  init(_ tape: Tape, arena: UnsafeMutableRawPointer) {
    self.tape = tape
    self.arena = arena
    let slotCount = tape.state.count + tape.feeds.count
    table = .allocate(capacity: Swift.max(tape.operands.count, 1))
    slots = .allocate(capacity: Swift.max(slotCount, 1))
    table.initialize(repeating: nil, count: tape.operands.count)
    slots.initialize(repeating: nil, count: slotCount)
    var inSlots = [[OperandLists.Entry]](repeating: [], count: slotCount)
    for (place, operand) in tape.operands.enumerated() where operand.space == .state || operand.space == .feed {
      let slot = Int(operand.slot) + (operand.space == .feed ? tape.state.count : 0)
      inSlots[slot].append(OperandLists.Entry(place: place, bytes: operand.offset))
    }
    slotOperands = OperandLists(inSlots)
    movingOperands = OperandLists(tape.movingOperands)
    reset()
  }

  deinit {
    slotOperands.deallocate()
    movingOperands.deallocate()
    slots.deallocate()
    table.deallocate()
  }

  /// Points the operands at the memory of state and feeds.
  func bind(state: UnsafePointer<UnsafeMutableRawPointer>?, feeds: UnsafePointer<UnsafeMutableRawPointer>?) {
    for slot in 0..<tape.state.count { bind(slot, state.unsafelyUnwrapped[slot]) }
    for slot in 0..<tape.feeds.count { bind(tape.state.count + slot, feeds.unsafelyUnwrapped[slot]) }
  }

  private func bind(_ slot: Int, _ memory: UnsafeMutableRawPointer) {
    guard slots[slot] != memory else { return }
    slots[slot] = memory
    for index in slotOperands.range(slot) {
      let entry = slotOperands.entries[index]
      table[entry.place] = memory + entry.bytes
    }
  }

  /// Moves the operands of the loop a step begins on by some passes, or back.
  func move(_ step: Int, by passes: Int) {
    for index in movingOperands.range(step) {
      let entry = movingOperands.entries[index]
      table[entry.place] = table[entry.place].unsafelyUnwrapped + entry.bytes &* passes
    }
  }

  /// Writes all addresses anew, after a run that ended in the middle of loops; those in slots at the next run.
  func reset() {
    slots.update(repeating: nil, count: tape.state.count + tape.feeds.count)
    for (place, operand) in tape.operands.enumerated() where operand.space != .state && operand.space != .feed {
      table[place] = address(of: operand)
    }
  }

  /// Where an operand is in the first pass of all loops. Its slot must be bound.
  func address(of operand: Operand) -> UnsafeMutableRawPointer {
    switch operand.space {
    case .arena, .output: arena + operand.offset
    case .state: slots[Int(operand.slot)]! + operand.offset
    case .feed: slots[tape.state.count + Int(operand.slot)]! + operand.offset
    case .constant: tape.constants[Int(operand.slot)].storage.base + operand.offset
    }
  }
}

/// Lists of operands in flat memory.
private struct OperandLists {
  /// An operand's place in the tape, and bytes.
  struct Entry {
    let place: Int
    let bytes: Int
  }

  let entries: UnsafeMutablePointer<Entry>
  /// The ends of the lists, after a 0.
  private let ends: UnsafeMutablePointer<Int>

  init(_ lists: [[Entry]]) {
    let all = lists.flatMap { $0 }
    entries = .allocate(capacity: Swift.max(all.count, 1))
    entries.initialize(from: all, count: all.count)
    ends = .allocate(capacity: lists.count + 1)
    ends.initialize(repeating: 0, count: lists.count + 1)
    for (index, list) in lists.enumerated() { ends[index + 1] = ends[index] + list.count }
  }

  /// The places of a list's entries.
  func range(_ list: Int) -> Range<Int> { Range(uncheckedBounds: (ends[list], ends[list + 1])) }

  func deallocate() {
    entries.deallocate()
    ends.deallocate()
  }
}

extension Tape {
  /// For each step that begins a loop the operands that move with it, and how far in a pass; for others none.
  fileprivate var movingOperands: [[OperandLists.Entry]] {
    var moving = [[OperandLists.Entry]](repeating: [], count: steps.count)
    var around: [Int] = []
    for (index, step) in steps.enumerated() {
      switch step.kind {
      case .loopBegin: around.append(index)
      case .loopEnd: around.removeLast()
      case .sideBySide: break
      case .wave:
        for instruction in instructions[step.first..<step.first + step.count] {
          let first = Int(instruction.firstOperand)
          for place in first..<first + Int(instruction.operandCount) {
            for (depth, loop) in around.enumerated() where operands[place].increments[depth] != 0 {
              moving[loop].append(OperandLists.Entry(place: place, bytes: operands[place].increments[depth]))
            }
          }
        }
      }
    }
    return moving
  }
}
