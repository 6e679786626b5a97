import CTapestryKernels
import Testing

/// Maps: how tiles walk operands of any rank and strides.
@Suite("Maps")
struct MapTests {
  /// Row-major indices of a space.
  static func indices(_ extent: [Int]) -> [[Int]] {
    var all: [[Int]] = [[]]
    for n in extent { all = all.flatMap { head in (0..<n).map { head + [$0] } } }
    return all
  }

  static func place(_ index: [Int], _ strides: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }

  /// result = 10 x + y for operands of the strides given.
  static func check<E: Element>(
    _ type: E.Type, extent: [Int], x: (strides: [Int], offset: Int), y: (strides: [Int], offset: Int),
    result: (strides: [Int], offset: Int)? = nil, combine: (E, E) -> E
  ) throws {
    var dice = Dice(UInt64(extent.count) + 3)
    let result = result ?? (rowMajorStrides(extent), 0)
    let index = indices(extent)
    func span(_ view: (strides: [Int], offset: Int)) -> Int {
      (index.map { place($0, view.strides) + view.offset }.max() ?? 0) + 1
    }
    let a = dice.small(span(x), as: E.self), b = dice.small(span(y), as: E.self)
    let untouched = E(small: 1)
    var want = [E](repeating: untouched, count: span(result))
    for i in index {
      want[result.offset + place(i, result.strides)] = combine(
        a[x.offset + place(i, x.strides)], b[y.offset + place(i, y.strides)])
    }
    let op = E.dtype == TAP_BOOL ? TAP_XOR : TAP_SUB
    let program = Program(
      tile(TAP_LOAD, E.dtype, 0, imm: 0), tile(TAP_LOAD, E.dtype, 1, imm: 1), tile(op, E.dtype, 1, 0, 1),
      tile(TAP_STORE, E.dtype, 0, 1, imm: 2))
    for level in levels {
      for split in Split.allCases {
        let target = GuardedBuffer([E](repeating: untouched, count: want.count))
        try run(
          TAP_KERNEL_REGION, level: level, extent: extent, program: program,
          operands: [
            Operand(GuardedBuffer(a), E.self, strides: x.strides, offset: x.offset),
            Operand(GuardedBuffer(b), E.self, strides: y.strides, offset: y.offset),
            Operand(target, E.self, strides: result.strides, offset: result.offset),
          ], split: split)
        #expect(patterns(target.values(as: E.self)) == patterns(want), "\(extent) \(x) \(y) \(split)")
      }
    }
  }

  @Test("A program without sections does nothing")
  func nothing() throws {
    for level in levels {
      let fault = try run(TAP_KERNEL_REGION, level: level, extent: [3, 4], program: Program(sections: []))
      #expect(fault.code == 0)
    }
    // Nothing stands before the first section that may be read.
    var before = [tap_section](repeating: tap_section(kind: TAP_LOOP.rawValue, begin: 40, end: 2), count: 2)
    before.withUnsafeMutableBufferPointer { memory in
      var region = tap_region()
      region.rank = 1
      region.extent.0 = 3
      let empty = tap_program_bytes(&region)
      region.sections = UnsafePointer(memory.baseAddress! + 1)
      #expect(tap_program_bytes(&region) == empty)
    }
  }

  @Test(
    "Views of rank 1 to 8",
    arguments: [
      // extent, strides and offset of x, of y
      ([1000], ([1], 0), ([0], 0)),
      ([513], ([-1], 512), ([3], 1)),
      ([5, 700], ([700, 1], 0), ([0, 1], 0)),
      ([700, 5], ([1, 700], 0), ([1, 0], 0)),
      // Matrices seen through a transpose, of whole blocks and others.
      ([3, 48, 32], ([1600, 1, 50], 3), ([1, 0, 4], 0)), ([100, 32], ([1, 100], 0), ([1, 130], 2)),
      ([2, 40, 48], ([40, 1, 80], 0), ([1, 2, 0], 0)), ([16, 600], ([1, 17], 0), ([1, -17], 10_200)),
      ([51, 10], ([10, 1], 0), ([0, 1], 0)),
      ([600, 1], ([1, 0], 0), ([1, 1], 0)),
      ([1, 600], ([7, 1], 0), ([0, -1], 599)),
      ([3, 4, 50], ([200, 50, 1], 0), ([0, 50, 1], 0)),
      ([3, 4, 50], ([1, 150, 3], 0), ([-4, -1, 12], 11)),
      ([2, 3, 2, 100], ([600, 200, 100, 1], 0), ([0, 0, 100, 1], 0)),
      ([2, 3, 4, 5, 6], ([360, 120, 30, 6, 1], 0), ([1, 2, 6, 24, 120], 0)),
      ([2, 2, 2, 2, 2, 2, 2, 7], ([448, 224, 112, 56, 28, 14, 7, 1], 0), ([1, 2, 4, 8, 16, 32, 64, 128], 0)),
      ([1, 2, 1, 3, 1, 4, 1, 90], ([5, 1080, 5, 360, 5, 90, 5, 1], 0), ([0, 0, 0, 1, 0, 0, 0, 3], 0)),
    ] as [([Int], ([Int], Int), ([Int], Int))])
  func views(extent: [Int], x: ([Int], Int), y: ([Int], Int)) throws {
    try Self.check(Float.self, extent: extent, x: x, y: y) { $0 - $1 }
    try Self.check(Double.self, extent: extent, x: x, y: y) { $0 - $1 }
    try Self.check(Int32.self, extent: extent, x: x, y: y) { $0 &- $1 }
    try Self.check(UInt8.self, extent: extent, x: x, y: y) { $0 ^ $1 }
  }

  @Test("Results that are views: a transpose, gaps, backwards")
  func scattered() throws {
    try Self.check(Float.self, extent: [30, 40], x: ([40, 1], 0), y: ([0, 0], 0), result: ([1, 30], 0)) { $0 - $1 }
    try Self.check(Float.self, extent: [600], x: ([1], 0), y: ([1], 0), result: ([3], 2)) { $0 - $1 }
    try Self.check(Int32.self, extent: [4, 200], x: ([200, 1], 0), y: ([1, 0], 0), result: ([250, -1], 199)) {
      $0 &- $1
    }
  }

  @Test("A result may overwrite the operand it is made of", arguments: levels)
  func inPlace(level: tap_level) throws {
    for (extent, strides) in [([1000], [1]), ([40, 30], [1, 40]), ([40, 30], [30, 1])] {
      var dice = Dice(5)
      let x = dice.floats(extent.reduce(1, *))
      let buffer = GuardedBuffer(x)
      let operand = Operand(buffer, Float.self, strides: strides)
      let program = Program(
        tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_MUL, TAP_F32, 0, 0, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 1),
        tile(TAP_ADD, TAP_F32, 0, 0, 0))
      try run(TAP_KERNEL_REGION, level: level, extent: extent, program: program, operands: [operand, operand])
      #expect(patterns(buffer.values(as: Float.self)) == patterns(x.map { $0 * $0 }))
    }
  }

  @Test("What is read after a store is what was loaded before it, over many tiles", arguments: levels)
  func loadsBeforeStores(level: tap_level) throws {
    var dice = Dice(8)
    let extent = [90, 100]
    let x = dice.floats(9000), y = dice.floats(9000), row = dice.floats(100)
    let first = GuardedBuffer(x), second = GuardedBuffer(y), rows = GuardedBuffer(row)
    let a = Operand(first, Float.self, rowMajor: extent), b = Operand(second, Float.self, rowMajor: extent)
    // a <- a + b and b <- a - row, both from the values before.
    let program = Program(
      tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_LOAD, TAP_F32, 1, imm: 1), tile(TAP_LOAD, TAP_F32, 2, imm: 2),
      tile(TAP_ADD, TAP_F32, 3, 0, 1), tile(TAP_STORE, TAP_F32, 0, 3, imm: 0), tile(TAP_SUB, TAP_F32, 0, 0, 2),
      tile(TAP_STORE, TAP_F32, 0, 0, imm: 1))
    try run(
      TAP_KERNEL_REGION, level: level, extent: extent, program: program,
      operands: [a, b, Operand(rows, Float.self, strides: [0, 1])])
    #expect(patterns(first.values(as: Float.self)) == patterns(zip(x, y).map { $0 + $1 }))
    #expect(patterns(second.values(as: Float.self)) == patterns(x.indices.map { x[$0] - row[$0 % 100] }))
  }

  @Test("A row repeated over rows that are several tiles long", arguments: levels)
  func repeatedRow(level: tap_level) throws {
    for columns in [7, 32, 500, 1300] {
      var dice = Dice(9)
      let extent = [4, 5, columns]
      let x = dice.floats(20 * columns), row = dice.floats(columns)
      let result = GuardedBuffer(x)
      let program = Program(
        tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_LOAD, TAP_F32, 1, imm: 1), tile(TAP_MUL, TAP_F32, 0, 0, 1),
        tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
      for split in [Split.whole, .pieces] {
        let before: [Float] = result.values()
        try run(
          TAP_KERNEL_REGION, level: level, extent: extent, program: program,
          operands: [
            Operand(result, Float.self, rowMajor: extent),
            Operand(GuardedBuffer(row), Float.self, strides: [0, 0, 1]),
          ], split: split)
        #expect(
          patterns(result.values(as: Float.self)) == patterns(before.indices.map { before[$0] * row[$0 % columns] }))
      }
    }
  }

  @Test("Constants and scalars are set up once, in every type", arguments: levels)
  func setup(level: tap_level) throws {
    func check<E: Element>(_ constant: E, _ scalar: E) throws {
      let result = GuardedBuffer([E](repeating: E(small: 1), count: 1030))
      let program = Program(
        setup: [tile(TAP_CONST, E.dtype, 0, imm: 0), tile(TAP_LOAD, E.dtype, 1, imm: 0)],
        [
          tile(TAP_EQUAL, E.dtype, 2, 0, 1, to: TAP_BOOL), tile(TAP_SELECT, E.dtype, 3, 2, 0, 1),
          tile(TAP_STORE, E.dtype, 0, 3, imm: 1),
        ],
        immediates: [pattern(constant)])
      try run(
        TAP_KERNEL_REGION, level: level, extent: [2, 515], program: program,
        operands: [
          Operand(GuardedBuffer([scalar]), E.self, strides: [0, 0]),
          Operand(result, E.self, rowMajor: [2, 515]),
        ], split: .backwards)
      #expect(result.values(as: E.self) == Array(repeating: scalar, count: 1030))
    }
    try check(Float(2.5), 2.5)
    try check(Double(-1e100), 3)
    try check(Int32(-7), 9)
    try check(UInt8(1), 0)
  }

  @Test("Index offsets follow the strides", arguments: levels)
  func offsets(level: tap_level) throws {
    for (extent, strides) in [([700], [3]), ([30, 40], [1, -30]), ([2, 3, 200], [0, 7, 2]), ([5, 1], [1, 0])] {
      let count = extent.reduce(1, *)
      let result = GuardedBuffer([Int32](repeating: 0, count: count))
      let program = Program(tile(TAP_INDEX, TAP_I32, 0, imm: 0), tile(TAP_STORE, TAP_I32, 0, 0, imm: 1))
      try run(
        TAP_KERNEL_REGION, level: level, extent: extent, program: program,
        operands: [
          Operand(GuardedBuffer([Int32(0)]), Int32.self, strides: strides),
          Operand(result, Int32.self, rowMajor: extent),
        ])
      #expect(result.values() == Self.indices(extent).map { Int32(Self.place($0, strides)) })
    }
  }

  @Test("An index out of range is reported with its value, and clamped", arguments: levels)
  func faults(level: tap_level) throws {
    let program = Program(
      sections: [
        (
          TAP_LOOP,
          [
            tile(TAP_LOAD, TAP_I32, 0, imm: 0), tile(TAP_CHECK_INDEX, TAP_I32, 0, 0, imm: 0),
            tile(TAP_STORE, TAP_I32, 0, 0, imm: 1),
          ]
        )
      ], immediates: [10])
    func result(_ x: [Int32]) throws -> (tap_fault, [Int32]) {
      let target = GuardedBuffer(x)
      let fault = try run(
        TAP_KERNEL_REGION, level: level, extent: [x.count], program: program,
        operands: [Operand(GuardedBuffer(x), Int32.self, strides: [1]), Operand(target, Int32.self, strides: [1])])
      return (fault, target.values())
    }
    let fine = try result([0, 9, 5])
    #expect(fine.0.code == 0 && fine.1 == [0, 9, 5])
    var wrong = [Int32](repeating: 3, count: 600)
    wrong[550] = -4
    wrong[551] = 10
    let (fault, clamped) = try result(wrong)
    #expect(fault.code == 2 && fault.value == -4 && fault.bound == 10 && fault.instruction == 77)
    #expect(clamped[550] == 0 && clamped[551] == 9 && clamped[549] == 3)
  }
}
