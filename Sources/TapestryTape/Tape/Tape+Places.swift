// Which operands of an instruction may begin at the same address.
//
// Kernels run their programs with as few copies as they can (`tap_prepare`), and what they can do without depends on
// whether a value is stored over one that is read later. Addresses are known at a run alone, and inside a loop they
// move, but where operands begin relative to one another is in the tape: operands that move alike meet where their
// offsets are equal; those that do not can only meet where the stretches they begin in overlap. Numbers may be equal for
// operands that never meet, which costs a copy, never for some that do.

extension Tape {
  /// For each instruction a number for each of its operands; operands that may begin at the same address in some pass
  /// of the loops around the instruction have the same. Complexity: linear in the tape, quadratic in the operands of an
  /// instruction.
  func operandPlaces() -> [[Int32]] {
    zip(instructions, loops).map { instruction, loops in
      var passes = SIMD4<Int>.one
      for (depth, loop) in loops.enumerated() { passes[depth] = Swift.max(steps[loop].count, 1) }
      let first = Int(instruction.firstOperand)
      let own = operands[first..<first + Int(instruction.operandCount)]
      var numbers = own.indices.map { Int32($0 - first) }
      for (index, operand) in own.enumerated() {
        for (other, earlier) in own.prefix(index).enumerated()
        where numbers[other] != numbers[index] && operand.mayMeet(earlier, passes: passes) {
          let (kept, replaced) = (numbers[other], numbers[index])
          for place in numbers.indices where numbers[place] == replaced { numbers[place] = kept }
        }
      }
      return numbers
    }
  }
}

extension Operand {
  /// Whether two operands of an instruction may begin at the same address in some pass of the loops around it.
  fileprivate func mayMeet(_ other: Operand, passes: SIMD4<Int>) -> Bool {
    let isSameMemory = isInArena ? other.isInArena : space == other.space && slot == other.slot
    guard isSameMemory else { return false }
    if increments == other.increments { return offset == other.offset }
    return starts(passes).overlaps(other.starts(passes))
  }

  /// Results of the bodies of loops lie there, too.
  private var isInArena: Bool { space == .arena || space == .output }

  /// The stretch of memory in which the operand begins in all passes.
  private func starts(_ passes: SIMD4<Int>) -> ClosedRange<Int> {
    let moved = increments &* (passes &- 1)
    let lowest = offset + pointwiseMin(moved, .zero).wrappedSum()
    return lowest...offset + pointwiseMax(moved, .zero).wrappedSum()
  }
}
