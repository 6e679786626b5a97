import CTapestryKernels
import Testing

/// Linked instructions give the bits of the same instructions alone.
@Suite("Chains")
struct ChainTests {
  static let unary: [tap_tile_op] = [
    TAP_NEG, TAP_ABS, TAP_SQRT, TAP_RSQRT, TAP_RECIPROCAL, TAP_EXP, TAP_EXPM1, TAP_LOG, TAP_LOG1P, TAP_TANH,
    TAP_SIGMOID,
  ]
  static let binary: [tap_tile_op] = [TAP_ADD, TAP_SUB, TAP_MUL, TAP_DIV, TAP_MAX, TAP_MIN]
  static let comparisons: [tap_tile_op] = [TAP_LESS, TAP_LESS_EQUAL, TAP_EQUAL, TAP_NOT_EQUAL]

  /// Marks neighbours as the compiler does: what is read by the next alone is passed.
  static func linked(_ instructions: [tap_tile_instr]) -> [tap_tile_instr] {
    var result = instructions
    func isLink(_ op: UInt16) -> Bool { (unary + binary).map(\.rawValue).contains(op) }
    func operands(_ i: tap_tile_instr) -> [UInt16] {
      if i.op == TAP_LOAD.rawValue { return [] }
      if i.op == TAP_SELECT.rawValue { return [i.a, i.b, i.c] }
      return (binary + comparisons).map(\.rawValue).contains(i.op) ? [i.a, i.b] : [i.a]
    }
    for place in instructions.indices.dropLast() {
      let (one, next) = (instructions[place], instructions[place + 1])
      guard isLink(one.op), isLink(next.op), operands(next).contains(one.dst) else { continue }
      let later = instructions[(place + 2)...]
      let end =
        next.dst == one.dst ? place + 2 : later.firstIndex { $0.dst == one.dst && isLink($0.op) } ?? later.endIndex
      let isRead =
        next.dst != one.dst
        && later.prefix(upTo: min(end + 1, later.endIndex)).contains {
          operands($0).contains(one.dst)
        }
      result[place].link = TAP_LINKED.rawValue | (isRead ? 0 : TAP_PASSED.rawValue)
    }
    return result
  }

  /// Every register's last value, stored.
  static func results<E: Element>(
    _ instructions: [tap_tile_instr], _ x: [E], _ y: [E], level: tap_level, split: Split = .whole
  ) throws -> [UInt64] {
    let first = GuardedBuffer([E](repeating: E(small: 1), count: x.count))
    let second = GuardedBuffer([E](repeating: E(small: 1), count: x.count))
    var program = Program(sections: [(TAP_LOOP, instructions)])
    program.registers = 8
    try run(
      TAP_KERNEL_REGION, level: level, extent: [x.count], program: program,
      operands: [GuardedBuffer(x), GuardedBuffer(y), first, second].map { Operand($0, E.self, strides: [1]) },
      split: split)
    return patterns(first.values(as: E.self)) + patterns(second.values(as: E.self))
  }

  /// Loads, a run of operations that each read the one before, in any place, and perhaps the loads and results further
  /// back, and two stores.
  static func program(_ dice: inout Dice, _ dtype: tap_dtype) -> [tap_tile_instr] {
    var instructions = [tile(TAP_LOAD, dtype, 0, imm: 0), tile(TAP_LOAD, dtype, 1, imm: 1)]
    var last = 0
    for _ in 0..<(2 + dice.below(45)) {
      let dst = 2 + dice.below(5)
      if dice.below(3) == 0 {
        instructions.append(tile(unary[dice.below(unary.count)], dtype, dst, last))
      } else {
        let known = [0, 1, last] + instructions.dropFirst(2).map { Int($0.dst) }
        let other = known[dice.below(known.count)], op = binary[dice.below(binary.count)]
        let swaps = dice.below(2) == 0
        instructions.append(tile(op, dtype, dst, swaps ? other : last, swaps ? last : other))
      }
      last = dst
    }
    let second = Int(instructions[2 + dice.below(instructions.count - 2)].dst)
    return instructions + [tile(TAP_STORE, dtype, 0, last, imm: 2), tile(TAP_STORE, dtype, 0, second, imm: 3)]
  }

  @Test("Random chains of each type, of sizes about a tile's", arguments: [1, 15, 64, 100, 511, 513, 4000])
  func random(count: Int) throws {
    var dice = Dice(UInt64(count))
    var links = 0
    for _ in 0..<30 {
      let single = Self.program(&dice, TAP_F32), x = dice.floats(count, scale: 3), y = dice.floats(count, scale: 2)
      let double = Self.program(&dice, TAP_F64), v = dice.doubles(count, scale: 3), w = dice.doubles(count, scale: 2)
      links += Self.linked(single).count { $0.link & TAP_LINKED.rawValue != 0 }
      for level in levels {
        let alone = try Self.results(single, x, y, level: level)
        #expect(try Self.results(Self.linked(single), x, y, level: level) == alone)
        #expect(try Self.results(Self.linked(single), x, y, level: level, split: .backwards) == alone)
        #expect(
          try Self.results(Self.linked(double), v, w, level: level) == Self.results(double, v, w, level: level))
      }
    }
    #expect(links > 300)
  }

  @Test("A result is computed where it is stored unless old elements are still to be read", arguments: levels)
  func overOperands(level: tap_level) throws {
    var dice = Dice(3)
    let x = dice.floats(5000), y = dice.floats(5000)
    // a <- -a; b <- a b; the third is 2 a, all of the values before.
    let program = Program(
      tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_NEG, TAP_F32, 1, 0), tile(TAP_LOAD, TAP_F32, 2, imm: 1),
      tile(TAP_MUL, TAP_F32, 3, 0, 2), tile(TAP_LOAD, TAP_F32, 4, imm: 0), tile(TAP_ADD, TAP_F32, 4, 4, 4),
      tile(TAP_STORE, TAP_F32, 0, 1, imm: 0), tile(TAP_STORE, TAP_F32, 0, 3, imm: 1),
      tile(TAP_STORE, TAP_F32, 0, 4, imm: 2))
    let (a, b, c) = (GuardedBuffer(x), GuardedBuffer(y), GuardedBuffer(x))
    try run(
      TAP_KERNEL_REGION, level: level, extent: [5000], program: program,
      operands: [a, b, c].map { Operand($0, Float.self, strides: [1]) })
    #expect(patterns(a.values(as: Float.self)) == patterns(x.map { -$0 }))
    #expect(patterns(b.values(as: Float.self)) == patterns(zip(x, y).map { $0 * $1 }))
    #expect(patterns(c.values(as: Float.self)) == patterns(x.map { $0 + $0 }))
  }
}
