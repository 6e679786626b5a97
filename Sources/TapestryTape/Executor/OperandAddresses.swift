import TapestryCore

// Where the operands of a tape are in memory.
//
// Kernels read the addresses of their operands from a table. Between runs it holds what is right in the first pass of
// every loop, so that a run has little left to do. The arena and the constants stay where they are. A slot of state or
// feeds is compared with that of the last run, and its operands are written anew where it lies elsewhere. From pass to
// pass a loop adds to each operand that moves what it moves by, and takes it back at its end. So an operand that stays
// costs a run nothing. The operands of an instruction have cache lines of their own, since loops that stand side by side
// are moved by different threads.

/// The addresses of the operands of all instructions of a tape, for one run at a time.
final class OperandAddresses {
  private let tape: Tape
  private let arena: UnsafeMutableRawPointer
  private let table: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// The place in the table of the first operand of each instruction, and the end.
  private let starts: [Int]
  /// The memory of each slot as it was bound last: of the state, then of the feeds.
  private let slots: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// For each slot the operands in it, and how far from its start.
  private let slotOperands: OperandLists
  /// For each step that begins a loop the operands that move with it, and how far in a pass.
  private let movingOperands: OperandLists

  init(_ tape: Tape, arena: UnsafeMutableRawPointer) {
    self.tape = tape
    self.arena = arena
    var starts = [0]
    for instruction in tape.instructions { starts.append(starts.last! + (Int(instruction.operandCount) + 7) / 8 * 8) }
    self.starts = starts
    table = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(starts.last! * 8, 64), alignment: 64)
      .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: starts.last!)
    table.initialize(repeating: nil, count: starts.last!)
    let slotCount = tape.state.count + tape.feeds.count
    slots = .allocate(capacity: Swift.max(slotCount, 1))
    slots.initialize(repeating: nil, count: slotCount)
    var slotOperands = [[OperandLists.Entry]](repeating: [], count: slotCount)
    var movingOperands = [[OperandLists.Entry]](repeating: [], count: tape.steps.count)
    for use in tape.operandUses {
      let place = starts[use.instruction] + use.number
      if let slot = tape.slot(of: use.operand) {
        slotOperands[slot].append(OperandLists.Entry(place: place, bytes: use.operand.offset))
      }
      for (depth, loop) in use.loops.enumerated() where use.operand.increments[depth] != 0 {
        movingOperands[loop].append(OperandLists.Entry(place: place, bytes: use.operand.increments[depth]))
      }
    }
    self.slotOperands = OperandLists(slotOperands)
    self.movingOperands = OperandLists(movingOperands)
    reset()
  }

  deinit {
    slotOperands.deallocate()
    movingOperands.deallocate()
    slots.deallocate()
    table.deallocate()
  }

  /// The addresses of an instruction's operands, which runs change.
  func list(of instruction: Int) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> { table + starts[instruction] }

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
    for use in tape.operandUses where tape.slot(of: use.operand) == nil {
      table[starts[use.instruction] + use.number] = address(of: use.operand)
    }
  }

  /// Where an operand is in the first pass of all loops. Its slot must be bound.
  func address(of operand: Operand) -> UnsafeMutableRawPointer {
    switch operand.space {
    case .arena, .output: arena + operand.offset
    case .constant: tape.constants[Int(operand.slot)].storage.base + operand.offset
    case .state, .feed: slots[tape.slot(of: operand)!]! + operand.offset
    }
  }
}

/// Lists of operands in flat memory.
private struct OperandLists {
  /// An operand's place in the table, and bytes.
  struct Entry {
    let place: Int
    let bytes: Int
  }

  let entries: UnsafeMutablePointer<Entry>
  /// The ends of the lists, after a 0.
  private let ends: UnsafeMutablePointer<Int>

  init(_ lists: [[Entry]]) {
    entries = .copying(lists.flatMap { $0 })
    ends = .copying(lists.reduce(into: [0]) { $0.append($0.last! + $1.count) })
  }

  /// The places of a list's entries.
  func range(_ list: Int) -> Range<Int> { Range(uncheckedBounds: (ends[list], ends[list + 1])) }

  func deallocate() {
    entries.deallocate()
    ends.deallocate()
  }
}

extension Tape {
  /// An operand of an instruction, its number among them, and the steps that begin the loops around it, outermost first.
  fileprivate typealias OperandUse = (instruction: Int, number: Int, operand: Operand, loops: [Int])

  /// The operands of all instructions.
  fileprivate var operandUses: [OperandUse] {
    zip(instructions, loops).enumerated().flatMap { index, entry in
      let (instruction, loops) = entry
      let first = Int(instruction.firstOperand)
      return (0..<Int(instruction.operandCount)).map { (index, $0, operands[first + $0], loops) }
    }
  }

  /// The number of an operand's slot among those of the state, then of the feeds; nil outside of them.
  fileprivate func slot(of operand: Operand) -> Int? {
    switch operand.space {
    case .state: Int(operand.slot)
    case .feed: state.count + Int(operand.slot)
    case .arena, .output, .constant: nil
    }
  }
}
