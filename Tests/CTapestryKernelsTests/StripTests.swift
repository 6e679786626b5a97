import CTapestryKernels
import TapestryTape
import Testing

/// An update in place as the epilogue of a product: what runs along memory as it lies has the bits of plain arithmetic.
@Suite("Strips")
struct StripTests {
  /// m <- m / 2 + g, w <- sqrt(w w) - m s + row, where g is a product of small whole numbers and s a scalar.
  static func update(_ dtype: tap_dtype) -> Program {
    let instructions = [
      tile(TAP_LOAD, dtype, 1, imm: 0), tile(TAP_LOAD, dtype, 2, imm: 1), tile(TAP_LOAD, dtype, 3, imm: 2),
      tile(TAP_RESULT, dtype, 4), tile(TAP_MUL, dtype, 1, 1, 0), tile(TAP_ADD, dtype, 1, 4, 1),
      tile(TAP_MUL, dtype, 4, 2, 2), tile(TAP_SQRT, dtype, 4, 4), tile(TAP_MUL, dtype, 6, 1, 5),
      tile(TAP_SUB, dtype, 4, 4, 6), tile(TAP_ADD, dtype, 4, 4, 3),
      tile(TAP_STORE, dtype, 0, 1, imm: 4), tile(TAP_STORE, dtype, 0, 4, imm: 5),
    ]
    var program = Program(
      sections: [
        (TAP_SETUP, [tile(TAP_CONST, dtype, 0, imm: 0), tile(TAP_LOAD, dtype, 5, imm: 3)]),
        (TAP_LOOP, ChainTests.linked(instructions)),
      ], immediates: [dtype == TAP_F64 ? (0.5).bitPattern : UInt64(Float(0.5).bitPattern)])
    program.registers = 7
    return program
  }

  @Test(
    "Rows that follow one another, that lie apart, and narrow ones, whatever is left beside blocks",
    arguments: [
      (40, 600), (300, 256), (33, 128), (500, 10), (200, 17), (9, 1000), (1, 4000), (90, 300), (40, 2500), (300, 1),
      (1, 1),
    ])
  func update(rows: Int, columns: Int) throws {
    var dice = Dice(UInt64(rows + columns))
    let count = rows * columns
    let x = dice.floats(rows, scale: 1).map { ($0 * 8).rounded() }, y = dice.floats(columns).map { ($0 * 8).rounded() }
    let m = dice.floats(count), w = dice.floats(count), row = dice.floats(columns), s = dice.floats(1)
    func check<E: Element & BinaryFloatingPoint>(_ type: E.Type) throws {
      func convert(_ values: [Float]) -> [E] { values.map { E($0) } }
      var wantM = convert(m), wantW = convert(w)
      for i in 0..<count {
        wantM[i] = E(x[i / columns] * y[i % columns]) + wantM[i] / 2
        wantW[i] = (wantW[i] * wantW[i]).squareRoot() - wantM[i] * E(s[0]) + E(row[i % columns])
      }
      for level in levels {
        for split in Split.allCases {
          let (first, second) = (GuardedBuffer(convert(m)), GuardedBuffer(convert(w)))
          let (bias, scale) = (GuardedBuffer(convert(row)), GuardedBuffer(convert(s)))
          let (left, right) = (GuardedBuffer(convert(x)), GuardedBuffer(convert(y)))
          try run(
            TAP_KERNEL_DOT, level: level, extent: [rows, columns], program: Self.update(E.dtype),
            operands: [
              Operand(first, E.self, strides: [columns, 1]), Operand(second, E.self, strides: [columns, 1]),
              Operand(bias, E.self, strides: [0, 1]), Operand(scale, E.self, strides: [0, 0]),
              Operand(first, E.self, strides: [columns, 1]), Operand(second, E.self, strides: [columns, 1]),
            ], own: [left.address, right.address],
            parameters: DotPair.parameters(of: [DotPair(terms: 1, left: [1, 1], right: [columns, 1])]), dtype: E.dtype,
            split: split
          )
          #expect(patterns(first.values(as: E.self)) == patterns(wantM))
          #expect(patterns(second.values(as: E.self)) == patterns(wantW))
        }
      }
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test(
    "Rows of a map that lie apart, on one axis and on two, long ones and too short ones",
    arguments: [([16, 128], 512), ([5, 3, 100], 160), ([7, 64], 64), ([9, 33], 40), ([3, 600], 1000)])
  func rowsApart(extent: [Int], pitch: Int) throws {
    var dice = Dice(UInt64(pitch))
    let columns = extent[extent.count - 1], rows = extent.dropLast().reduce(1, *)
    // Each index of the first axis begins a row further on.
    let strides = extent.count == 2 ? [pitch, 1] : [(extent[1] + 1) * pitch, pitch, 1]
    let x = dice.floats((rows + extent[0]) * pitch), y = dice.floats(columns)
    let instructions = [
      tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_LOAD, TAP_F32, 1, imm: 1), tile(TAP_MUL, TAP_F32, 2, 0, 1),
      tile(TAP_ADD, TAP_F32, 3, 2, 0), tile(TAP_STORE, TAP_F32, 0, 2, imm: 2), tile(TAP_STORE, TAP_F32, 0, 3, imm: 3),
    ]
    let program = Program(sections: [(TAP_LOOP, ChainTests.linked(instructions))])
    for level in levels {
      for split in Split.allCases {
        let (from, row, sums) = (GuardedBuffer(x), GuardedBuffer(y), GuardedBuffer(x))
        let products = GuardedBuffer([Float](repeating: 0, count: rows * columns))
        try run(
          TAP_KERNEL_REGION, level: level, extent: extent, program: program,
          operands: [
            Operand(from, Float.self, strides: strides),
            Operand(row, Float.self, strides: extent.map { _ in 0 }.dropLast() + [1]),
            Operand(products, Float.self, rowMajor: extent), Operand(sums, Float.self, strides: strides),
          ], split: split)
        var (wantProducts, wantSums) = ([Float](repeating: 0, count: rows * columns), x)
        for r in 0..<rows {
          let start = extent.count == 2 ? r * pitch : (r + r / extent[1]) * pitch
          for c in 0..<columns {
            wantProducts[r * columns + c] = x[start + c] * y[c]
            wantSums[start + c] = x[start + c] * y[c] + x[start + c]
          }
        }
        #expect(patterns(products.values(as: Float.self)) == patterns(wantProducts))
        #expect(patterns(sums.values(as: Float.self)) == patterns(wantSums))
      }
    }
  }

  /// A product by whole numbers, to which rows are added: one whose register the sum takes, and, where there are two,
  /// another that is loaded into the first one's register.
  static func rowSums(_ rows: Int) -> Program {
    let instructions = [
      tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_RESULT, TAP_F32, 1), tile(TAP_ADD, TAP_F32, rows == 1 ? 0 : 1, 1, 0),
      rows == 1 ? tile(TAP_NEG, TAP_F32, 1, 0) : tile(TAP_LOAD, TAP_F32, 0, imm: 1),
      tile(TAP_MUL, TAP_F32, 1, 1, 0), tile(TAP_STORE, TAP_F32, 0, 1, imm: 2),
    ]
    return Program(sections: [(TAP_LOOP, ChainTests.linked(instructions))])
  }

  @Test(
    "Narrow rows that are repeated, whose registers are written again",
    arguments: [(1, 10), (70, 10), (300, 17), (90, 63), (33, 1)], [1, 2])
  func repeatedRows(size: (rows: Int, columns: Int), rowCount: Int) throws {
    let (rows, columns) = size
    var dice = Dice(UInt64(rows + columns))
    let x = dice.floats(rows, scale: 1).map { ($0 * 8).rounded() }, y = dice.floats(columns).map { ($0 * 8).rounded() }
    let row = dice.floats(columns), other = dice.floats(columns)
    let want = (0..<rows * columns).map { i in
      let sum = x[i / columns] * y[i % columns] + row[i % columns]
      return rowCount == 1 ? -sum * sum : sum * other[i % columns]
    }
    for level in levels {
      for split in Split.allCases {
        let result = GuardedBuffer([Float](repeating: 0, count: rows * columns))
        let (first, second) = (GuardedBuffer(row), GuardedBuffer(other))
        let (left, right) = (GuardedBuffer(x), GuardedBuffer(y))
        try run(
          TAP_KERNEL_DOT, level: level, extent: [rows, columns], program: Self.rowSums(rowCount),
          operands: [
            Operand(first, Float.self, strides: [0, 1]), Operand(second, Float.self, strides: [0, 1]),
            Operand(result, Float.self, strides: [columns, 1]),
          ], own: [left.address, right.address],
          parameters: DotPair.parameters(of: [DotPair(terms: 1, left: [1, 1], right: [columns, 1])]), split: split)
        #expect(patterns(result.values(as: Float.self)) == patterns(want))
      }
    }
  }

  @Test("A value stored twice, or stored as it was loaded, is copied", arguments: levels)
  func copies(level: tap_level) throws {
    var dice = Dice(5)
    let x = dice.floats(5000)
    let program = Program(
      tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_NEG, TAP_F32, 1, 0), tile(TAP_STORE, TAP_F32, 0, 1, imm: 1),
      tile(TAP_STORE, TAP_F32, 0, 1, imm: 2), tile(TAP_STORE, TAP_F32, 0, 0, imm: 3))
    let buffers = (0..<4).map { _ in GuardedBuffer(x) }
    try run(
      TAP_KERNEL_REGION, level: level, extent: [5000], program: program,
      operands: buffers.map { Operand($0, Float.self, strides: [1]) })
    for (buffer, want) in zip(buffers, [x, x.map { -$0 }, x.map { -$0 }, x]) {
      #expect(patterns(buffer.values(as: Float.self)) == patterns(want))
    }
  }

  /// What random instructions make of an element: the values of all registers, from those of the first.
  static func evaluate(_ instructions: [tap_tile_instr], _ registers: inout [Float]) {
    for i in instructions {
      let a = registers[Int(i.a)], b = registers[Int(i.b)]
      registers[Int(i.dst)] =
        switch i.op {
        case TAP_NEG.rawValue: -a
        case TAP_ADD.rawValue: a + b
        case TAP_SUB.rawValue: a - b
        case TAP_MAX.rawValue: a > b ? a : b
        default: a * b
        }
    }
  }

  @Test(
    "Random programs over operands, scalars among them, whose products are read at once or later",
    arguments: [1, 15, 64, 100, 130, 700])
  func random(count: Int) throws {
    var dice = Dice(UInt64(count))
    let kinds = [TAP_MUL, TAP_MUL, TAP_MUL, TAP_ADD, TAP_SUB, TAP_MAX, TAP_NEG]
    for round in 0..<300 {
      let isInPlace = round % 3 == 0
      // Registers 0 and 1 are scalars, 2 to 4 the operands; few others, so that they are used again.
      var last = 2
      let body = (0..<(3 + dice.below(9))).map { _ in
        let kind = kinds[dice.below(kinds.count)], dst = 2 + dice.below(6)
        let (one, other) = (dice.below(2) == 0 ? last : dice.below(8), dice.below(8))
        last = dst
        return dice.below(2) == 0 ? tile(kind, TAP_F32, dst, one, other) : tile(kind, TAP_F32, dst, other, one)
      }
      let loads = (0..<3).map { tile(TAP_LOAD, TAP_F32, 2 + $0, imm: $0) }
      let unset = (5..<8).map { tile(TAP_LOAD, TAP_F32, $0, imm: $0 - 5) }
      let results = (0..<3).map { _ in Int(body[dice.below(body.count)].dst) }
      let stores = results.enumerated().map { tile(TAP_STORE, TAP_F32, 0, $1, imm: 4 + $0) }
      var program = Program(
        sections: [
          (TAP_SETUP, [tile(TAP_CONST, TAP_F32, 0, imm: 0), tile(TAP_LOAD, TAP_F32, 1, imm: 3)]),
          (TAP_LOOP, ChainTests.linked(loads + unset + body + stores)),
        ], immediates: [UInt64(Float(0.5).bitPattern)])
      program.registers = 8
      let state = (0..<3).map { _ in dice.floats(count, scale: 1) }, scalar = dice.floats(1)
      var wanted = state
      for i in 0..<count {
        var registers = [0.5, scalar[0]] + state.map { $0[i] } + state.map { $0[i] }
        Self.evaluate(body, &registers)
        for (place, result) in results.enumerated() { wanted[place][i] = registers[result] }
      }
      for level in levels {
        let buffers = state.map { GuardedBuffer($0) }, one = GuardedBuffer(scalar)
        let outputs = isInPlace ? buffers : state.map { GuardedBuffer($0) }
        try run(
          TAP_KERNEL_REGION, level: level, extent: [count], program: program,
          operands: buffers.map { Operand($0, Float.self, strides: [1]) }
            + [Operand(one, Float.self, strides: [0])] + outputs.map { Operand($0, Float.self, strides: [1]) })
        for (buffer, want) in zip(outputs, wanted) {
          let got = buffer.values(as: Float.self)
          #expect(zip(got, want).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }, "\(body)")
          #expect(buffer.guardsAreIntact)
        }
      }
    }
  }

  /// What is reduced is read after the links have run over a whole tile, whatever they do to its register or operand.
  @Test(
    "Random loops of arithmetic, results of which are reduced, stored or both",
    arguments: [
      ReductionTests.Space([3], kept: 0, reduced: 1), ReductionTests.Space([1300], kept: 0, reduced: 1),
      ReductionTests.Space([20_001], kept: 0, reduced: 1), ReductionTests.Space([3, 700], kept: 1, reduced: 1),
      ReductionTests.Space([40, 9], kept: 1, reduced: 1), ReductionTests.Space([50, 33], kept: 0, reduced: 1),
      ReductionTests.Space([9, 600], kept: 0, reduced: 1),
    ])
  func reductions(space: ReductionTests.Space) throws {
    let count = space.extent.reduce(1, *), groups = space.groups()
    var dice = Dice(UInt64(count))
    let kinds = [TAP_MUL, TAP_MUL, TAP_ADD, TAP_SUB, TAP_MAX, TAP_NEG]
    for round in 0..<(count > 5000 ? 20 : 100) {
      let isInPlace = round % 3 == 0
      // Register 0 is a scalar, 1 and 2 the operands, 6 and 7 what is reduced.
      var last = 1
      var body = (0..<(2 + dice.below(8))).map { _ in
        let dst = 1 + dice.below(5), one = dice.below(2) == 0 ? last : dice.below(6)
        last = dst
        return tile(kinds[dice.below(kinds.count)], TAP_F32, dst, one, dice.below(6))
      }
      for total in [6, 7] {
        let place = 1 + dice.below(body.count)
        body.insert(tile(TAP_REDUCE_MAX, TAP_F32, total, 1 + dice.below(5), kept: true), at: place)
      }
      let result = Int(body.last { $0.dst < 6 }!.dst)
      let program = Program(
        sections: [
          (TAP_SETUP, [tile(TAP_CONST, TAP_F32, 0, imm: 0)]),
          (TAP_ONCE, [6, 7].map { tile(TAP_CONST, TAP_F32, $0, imm: 1, kept: true) }),
          (
            TAP_LOOP,
            ChainTests.linked(
              (1..<6).map { tile(TAP_LOAD, TAP_F32, $0, imm: $0 % 2) } + body
                + [tile(TAP_STORE, TAP_F32, 0, result, imm: 2)])
          ),
          (TAP_ONCE, [6, 7].map { tile(TAP_STORE, TAP_F32, 0, $0, imm: $0 - 3, kept: true) }),
        ], immediates: [UInt64(Float(0.5).bitPattern), UInt64((-Float.infinity).bitPattern)])
      let state = (0..<2).map { _ in dice.floats(count, scale: 1) }
      var stored = state[0], totals = [[Float]](repeating: [], count: 2)
      for group in groups {
        for total in 0..<2 { totals[total].append(-.infinity) }
        for i in group {
          var registers = [0.5] + (1..<6).map { state[$0 % 2][i] } + [0, 0]
          for line in body {
            if line.op == TAP_REDUCE_MAX.rawValue {
              let value = registers[Int(line.a)], total = Int(line.dst) - 6
              totals[total][totals[total].count - 1] = max(totals[total].last!, value)
            } else {
              Self.evaluate([line], &registers)
            }
          }
          stored[i] = registers[result]
        }
      }
      for level in levels {
        for split in Split.allCases {
          let buffers = state.map { GuardedBuffer($0) }
          let output = isInPlace ? buffers[0] : GuardedBuffer(state[0])
          let largest = totals.map { GuardedBuffer($0.map { _ in Float(0) }) }
          try run(
            TAP_KERNEL_REGION, level: level, extent: space.extent, kept: space.kept, reduced: space.reduced,
            program: program,
            operands: (buffers + [output]).map { Operand($0, Float.self, rowMajor: space.extent) }
              + largest.map { Operand($0, Float.self, strides: space.resultStrides) }, split: split)
          for (buffer, want) in zip([output] + largest, [stored] + totals) {
            #expect(buffer.values(as: Float.self) == want, "\(space) \(split) \(body)")
          }
        }
      }
    }
  }

  @Test("A product whose factor's register is set again before it is read", arguments: levels)
  func factorSetAgain(level: tap_level) throws {
    var dice = Dice(7)
    let x = dice.floats(150), y = dice.floats(150)
    // p = (x + y) x; the register of x + y is that of x - y then.
    let program = Program(sections: [
      (
        TAP_LOOP,
        ChainTests.linked([
          tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_LOAD, TAP_F32, 1, imm: 1), tile(TAP_ADD, TAP_F32, 2, 0, 1),
          tile(TAP_NEG, TAP_F32, 3, 1), tile(TAP_MUL, TAP_F32, 4, 2, 0), tile(TAP_SUB, TAP_F32, 2, 0, 1),
          tile(TAP_ADD, TAP_F32, 5, 2, 4), tile(TAP_STORE, TAP_F32, 0, 5, imm: 2),
          tile(TAP_STORE, TAP_F32, 0, 3, imm: 3),
        ])
      )
    ])
    let results = (0..<2).map { _ in GuardedBuffer([Float](repeating: 0, count: x.count)) }
    try run(
      TAP_KERNEL_REGION, level: level, extent: [x.count], program: program,
      operands: ([GuardedBuffer(x), GuardedBuffer(y)] + results).map { Operand($0, Float.self, strides: [1]) })
    let wanted = zip(x, y).map { x, y in
      let product = (x + y) * x
      return (x - y) + product
    }
    #expect(patterns(results[0].values(as: Float.self)) == patterns(wanted))
    #expect(patterns(results[1].values(as: Float.self)) == patterns(y.map { -$0 }))
  }
}
