import CTapestryKernels
import TapestryTape
import Testing

/// Strips with comparisons and choices, whose conditions are bytes in memory: the bits of plain arithmetic.
@Suite("Strips with choices")
struct ChoiceStripTests {
  /// A random program: registers 0 and 1 are scalars, 2 to 5 hold numbers, 6 to 8 truths.
  private struct Sample {
    var body: [tap_tile_instr] = []
    let results: [Int]

    init(_ dice: inout Dice, _ dtype: tap_dtype) {
      var (last, truth) = (2, 6)
      for _ in 0..<(3 + dice.below(9)) {
        let number = dice.below(2) == 0 ? last : dice.below(6)
        switch dice.below(3) {
        case 0:
          let kind = [TAP_ADD, TAP_MUL, TAP_SUB][dice.below(3)]
          last = 2 + dice.below(4)
          body.append(tile(kind, dtype, last, number, dice.below(6)))
        case 1:
          let kind = ChainTests.comparisons[dice.below(4)], other = dice.below(6)
          truth = 6 + dice.below(3)
          let (a, b) = dice.below(2) == 0 ? (number, other) : (other, number)
          body.append(tile(kind, dtype, truth, a, b, to: TAP_BOOL))
        default:
          let condition = dice.below(2) == 0 ? truth : 6 + dice.below(3), other = dice.below(6)
          let (b, c) = dice.below(2) == 0 ? (number, other) : (other, number)
          last = 2 + dice.below(4)
          body.append(tile(TAP_SELECT, dtype, last, condition, b, c))
        }
      }
      results = [last, 2 + dice.below(4), truth]
    }

    /// What the program makes of one element's numbers and truths.
    func evaluate<E: BinaryFloatingPoint>(_ numbers: inout [E], _ truths: inout [Bool]) {
      for i in body {
        let (a, b, dst) = (Int(i.a), Int(i.b), Int(i.dst))
        switch i.op {
        case TAP_ADD.rawValue: numbers[dst] = numbers[a] + numbers[b]
        case TAP_SUB.rawValue: numbers[dst] = numbers[a] - numbers[b]
        case TAP_MUL.rawValue: numbers[dst] = numbers[a] * numbers[b]
        case TAP_LESS.rawValue: truths[dst - 6] = numbers[a] < numbers[b]
        case TAP_LESS_EQUAL.rawValue: truths[dst - 6] = numbers[a] <= numbers[b]
        case TAP_EQUAL.rawValue: truths[dst - 6] = numbers[a] == numbers[b]
        case TAP_NOT_EQUAL.rawValue: truths[dst - 6] = numbers[a] != numbers[b]
        default: numbers[dst] = truths[a - 6] ? numbers[b] : numbers[Int(i.c)]
        }
      }
    }
  }

  @Test(
    "Random programs as maps: as one, and row by row where rows lie apart",
    arguments: [([1], 1), ([15], 15), ([700], 700), ([2100], 2100), ([5, 128], 200), ([3, 7], 9), ([4, 70], 90)])
  func maps(extent: [Int], pitch: Int) throws {
    try check(Float.self, extent, pitch, rounds: 120)
    try check(Double.self, extent, pitch, rounds: 30)
  }

  private func check<E: Element & BinaryFloatingPoint>(
    _ type: E.Type, _ extent: [Int], _ pitch: Int, rounds: Int
  ) throws {
    var dice = Dice(UInt64(pitch))
    let columns = extent.last!, rows = extent.count == 1 ? 1 : extent[0]
    let strides = extent.count == 1 ? [1] : [pitch, 1]
    for round in 0..<rounds {
      let sample = Sample(&dice, E.dtype), isInPlace = round % 3 == 0
      let loads = (0..<4).map { tile(TAP_LOAD, E.dtype, 2 + $0, imm: $0 % 2) }
      let truths = (0..<3).map { tile(TAP_LOAD, TAP_BOOL, 6 + $0, imm: 2) }
      let stores = [
        tile(TAP_STORE, E.dtype, 0, sample.results[0], imm: 4), tile(TAP_STORE, E.dtype, 0, sample.results[1], imm: 5),
        tile(TAP_STORE, TAP_BOOL, 0, sample.results[2], imm: 6),
      ]
      var program = Program(
        sections: [
          (TAP_SETUP, [tile(TAP_CONST, E.dtype, 0, imm: 0), tile(TAP_LOAD, E.dtype, 1, imm: 3)]),
          (TAP_LOOP, ChainTests.linked(loads + truths + sample.body + stores)),
        ], immediates: [E.dtype == TAP_F64 ? (0.5).bitPattern : UInt64(Float(0.5).bitPattern)])
      program.registers = 9
      // Small whole numbers are often equal.
      let numbers = (0..<2).map { _ in (0..<rows * pitch).map { _ in E(dice.below(5) - 2) } }
      let flags = (0..<rows * pitch).map { _ in UInt8(dice.below(2)) }
      var (wanted, wantedFlags) = (numbers, flags)
      for place in 0..<rows * columns {
        let i = place / columns * pitch + place % columns
        var own: [E] = [0.5, 2, numbers[0][i], numbers[1][i], numbers[0][i], numbers[1][i]]
        var truths = [Bool](repeating: flags[i] == 1, count: 3)
        sample.evaluate(&own, &truths)
        for result in 0..<2 { wanted[result][i] = own[sample.results[result]] }
        wantedFlags[i] = truths[sample.results[2] - 6] ? 1 : 0
      }
      for level in levels {
        let inputs = numbers.map { GuardedBuffer($0) }, scalar = GuardedBuffer([E(2)])
        let outputs = isInPlace ? inputs : numbers.map { GuardedBuffer($0) }
        let given = GuardedBuffer(flags), made = isInPlace ? given : GuardedBuffer(flags)
        try run(
          TAP_KERNEL_REGION, level: level, extent: extent, program: program,
          operands: inputs.map { Operand($0, E.self, strides: strides) }
            + [Operand(given, UInt8.self, strides: strides), Operand(scalar, E.self, strides: extent.map { _ in 0 })]
            + outputs.map { Operand($0, E.self, strides: strides) } + [Operand(made, UInt8.self, strides: strides)])
        for (output, want) in zip(outputs, wanted) {
          #expect(patterns(output.values(as: E.self)) == patterns(want), "\(sample.body)")
        }
        #expect(made.values(as: UInt8.self) == wantedFlags, "\(sample.body)")
      }
    }
  }

  @Test(
    "A leaky rectifier with its truths as the epilogue of a product",
    arguments: [(40, 600), (33, 128), (500, 10), (200, 17), (9, 1000), (1, 4000)])
  func epilogue(rows: Int, columns: Int) throws {
    var dice = Dice(UInt64(rows + columns))
    let x = (0..<rows).map { _ in Float(dice.below(9) - 4) }, y = (0..<columns).map { _ in Float(dice.below(9) - 4) }
    let bias = (0..<columns).map { _ in Float(dice.below(5) - 2) }
    let body = [
      tile(TAP_RESULT, TAP_F32, 1), tile(TAP_LOAD, TAP_F32, 2, imm: 0), tile(TAP_ADD, TAP_F32, 1, 1, 2),
      tile(TAP_LESS, TAP_F32, 3, 0, 1, to: TAP_BOOL), tile(TAP_STORE, TAP_BOOL, 0, 3, imm: 1),
      tile(TAP_MUL, TAP_F32, 4, 1, 5), tile(TAP_SELECT, TAP_F32, 4, 3, 1, 4), tile(TAP_STORE, TAP_F32, 0, 4, imm: 2),
    ]
    var program = Program(
      sections: [
        (TAP_SETUP, [tile(TAP_CONST, TAP_F32, 0, imm: 0), tile(TAP_CONST, TAP_F32, 5, imm: 1)]),
        (TAP_LOOP, ChainTests.linked(body)),
      ], immediates: [0, UInt64(Float(0.25).bitPattern)])
    program.registers = 6
    let sums = (0..<rows * columns).map { x[$0 / columns] * y[$0 % columns] + bias[$0 % columns] }
    for level in levels {
      for split in Split.allCases {
        let result = GuardedBuffer(sums), truths = GuardedBuffer([UInt8](repeating: 9, count: sums.count))
        let (left, right, row) = (GuardedBuffer(x), GuardedBuffer(y), GuardedBuffer(bias))
        try run(
          TAP_KERNEL_DOT, level: level, extent: [rows, columns], program: program,
          operands: [
            Operand(row, Float.self, strides: [0, 1]), Operand(truths, UInt8.self, strides: [columns, 1]),
            Operand(result, Float.self, strides: [columns, 1]),
          ], own: [left.address, right.address],
          parameters: DotPair.parameters(of: [DotPair(terms: 1, left: [1, 1], right: [columns, 1])]), split: split)
        #expect(result.values() == sums.map { $0 > 0 ? $0 : $0 * 0.25 })
        #expect(truths.values() == sums.map { $0 > 0 ? UInt8(1) : 0 })
      }
    }
  }
}
