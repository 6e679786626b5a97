/// Where an operand lives.
package enum Space: UInt8, Sendable, Hashable {
  /// The executor's own memory.
  case arena
  /// A variable of the state bound for the run.
  case state
  case constant
  case feed
  /// Memory the caller receives a result in (bodies of loops only; top-level results are copied out of the arena).
  case output
}

/// An operand of an instruction: the address of its element 0 and how it moves from one loop iteration to the next.
package struct Operand: Sendable, Hashable {
  package var space: Space
  /// The slot within state, constants, feeds or outputs; 0 for the arena.
  package var slot: Int32
  /// Bytes from the start of the slot.
  package var offset: Int
  /// Bytes added for each iteration of the loops around the instruction, outermost first.
  package var increments: SIMD4<Int>

  /// The deepest nesting of loops.
  package static let deepestLoop = 4

  package init(_ space: Space, slot: Int = 0, offset: Int, increments: SIMD4<Int> = .zero) {
    self.space = space
    self.slot = Int32(slot)
    self.offset = offset
    self.increments = increments
  }
}
