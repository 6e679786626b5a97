import CTapestryKernels
import TapestryTape
import Testing

@Suite("Batched products")
struct DotTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch: [Int], m: Int, n: Int, k: Int
    init(_ batch: [Int], _ m: Int, _ n: Int, _ k: Int) {
      self.batch = batch
      self.m = m
      self.n = n
      self.k = k
    }
    var testDescription: String { "\(batch) \(m)x\(n)x\(k)" }
    var extent: [Int] { batch + [m, n] }
  }

  static let cases = [
    Case([], 1, 1, 1), Case([], 1, 17, 5), Case([], 17, 1, 5), Case([], 3, 5, 0), Case([], 13, 31, 7),
    Case([], 14, 32, 64), Case([], 15, 33, 257), Case([], 169, 300, 40), Case([], 2, 513, 3), Case([], 29, 64, 513),
    Case([], 1, 300, 40), Case([], 100, 100, 7), Case([], 70, 700, 16), Case([2], 33, 17, 1), Case([3], 5, 6, 7),
    Case([2, 3], 7, 40, 33),
    Case([], 330, 70, 259), Case([2, 1, 2, 1, 2, 1], 3, 4, 5),
    // Few rows: wide tiles, and panels beside them whose vectors reach into the next row.
    Case([], 2, 150, 5), Case([], 3, 100, 300), Case([], 4, 261, 20), Case([2], 5, 70, 17), Case([], 6, 137, 9),
    Case([], 7, 70, 9),
    // Columns of a transposed operand that end amid a block of the transposition, in both directions.
    Case([], 6, 12, 20), Case([], 17, 61, 41),
    // Blocks of columns that are not equally wide.
    Case([], 43, 280, 512),
    // Several slabs a stretch, and columns from which a transposed left operand is copied.
    Case([], 21, 140, 1100), Case([2], 8, 128, 300),
    // Many terms for few rows: two parts, added up by whichever unit ends last.
    Case([], 11, 100, 1101), Case([1], 40, 300, 401), Case([1], 13, 150, 701),
  ]

  /// One operand's layout: which of its axes is innermost, whether the batch repeats, and whether it runs backwards.
  struct Layout { var transposed = false, repeated = false, backwards = false }

  /// Strides of (batch axes..., outer, inner), the offset of element 0, and the elements in all.
  static func strides(_ batch: [Int], _ outer: Int, _ inner: Int, _ layout: Layout) -> (
    strides: [Int], offset: Int, count: Int
  ) {
    let matrix = layout.transposed ? [1, max(outer, 1)] : [max(inner, 1), 1]
    let size = max(outer * inner, 1)
    var strides = rowMajorStrides(batch + [size]).dropLast().map { $0 } + matrix
    if layout.repeated { for axis in batch.indices { strides[axis] = 0 } }
    let count = layout.repeated ? size : batch.reduce(size, *)
    guard layout.backwards else { return (strides, 0, count) }
    return (strides.map(-), count - 1, count)
  }

  /// The product in whole numbers, batch by batch.
  static func reference(_ c: Case, _ x: [Int], _ a: [Int], _ y: [Int], _ b: [Int], from: (a: Int, b: Int)) -> [Int] {
    let rank = c.batch.count
    let (rowA, stepA, stepB, columnB) = (a[rank], a[rank + 1], b[rank], b[rank + 1])
    var want: [Int] = []
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        for batch in MapTests.indices(c.batch) {
          let startA = MapTests.place(batch, a) + from.a, startB = MapTests.place(batch, b) + from.b
          for i in 0..<c.m {
            for j in 0..<c.n {
              var sum = 0, placeA = startA + i * rowA, placeB = startB + j * columnB, left = c.k
              while left > 0 {
                sum += x[placeA] * y[placeB]
                placeA += stepA
                placeB += stepB
                left -= 1
              }
              want.append(sum)
            }
          }
        }
      }
    }
    return want
  }

  @Test("Exact on small whole numbers in every layout, type and split", arguments: cases)
  func exact(c: Case) throws {
    let layouts: [(Layout, Layout)] = [
      (Layout(), Layout()), (Layout(transposed: true), Layout()), (Layout(), Layout(transposed: true)),
      (Layout(transposed: true), Layout(transposed: true)),
      (Layout(repeated: true), Layout(backwards: true)), (Layout(backwards: true), Layout(repeated: true)),
    ]
    for (i, layout) in layouts.enumerated() {
      var dice = Dice(UInt64(c.m * 31 + c.n + i))
      let a = Self.strides(c.batch, c.m, c.k, layout.0), b = Self.strides(c.batch, c.k, c.n, layout.1)
      let x = (0..<a.count).map { _ in dice.below(17) - 8 }, y = (0..<b.count).map { _ in dice.below(17) - 8 }
      let z = (0..<c.n).map { _ in dice.below(17) - 8 }
      // The program doubles the product and adds a row.
      let want = Self.reference(c, x, a.strides, y, b.strides, from: (a.offset, b.offset))
        .enumerated().map { 2 * $1 + z[$0 % c.n] }
      func check<E: Element>(_ type: E.Type, _ convert: (Int) -> E) throws {
        let left = GuardedBuffer(x.map(convert)), right = GuardedBuffer(y.map(convert))
        let row = GuardedBuffer(z.map(convert)), expected = want.map(convert)
        let program = Program(
          tile(TAP_RESULT, E.dtype, 0), tile(TAP_ADD, E.dtype, 0, 0, 0), tile(TAP_LOAD, E.dtype, 1, imm: 0),
          tile(TAP_ADD, E.dtype, 0, 0, 1), tile(TAP_STORE, E.dtype, 0, 0, imm: 1))
        for level in levels {
          let result = GuardedBuffer(want.map { _ in E(small: 1) })
          try run(
            TAP_KERNEL_DOT, level: level, extent: c.extent, program: program,
            operands: [
              Operand(row, E.self, strides: c.batch.map { _ in 0 } + [0, 1]),
              Operand(result, E.self, rowMajor: c.extent),
            ],
            own: [
              left.address + a.offset * MemoryLayout<E>.stride, right.address + b.offset * MemoryLayout<E>.stride,
            ], parameters: DotPair.parameters(of: [DotPair(terms: c.k, left: a.strides, right: b.strides)]),
            dtype: E.dtype, split: Split.allCases[i % 3])
          #expect(patterns(result.values(as: E.self)) == patterns(expected), "\(E.self) \(c) \(layout)")
        }
      }
      try check(Float.self) { Float($0) }
      try check(Double.self) { Double($0) }
      try check(Int32.self) { Int32($0) }
    }
  }

  @Test(
    "A right operand in panels of columns gives the bits of one in rows",
    arguments: [(1, 3), (2, 9), (3, 20), (4, 300), (6, 5), (50, 128), (29, 300)])
  func panels(m: Int, k: Int) throws {
    let (n, panel) = (160, Int(TAP_DOT_COLUMNS))
    let inRows = DotPair(terms: k, left: [k, 1], right: [n, 1])
    let inPanels = DotPair(terms: k, left: [k, 1], right: [panel, 1], panel: k * panel)
    var dice = Dice(3)
    func check<E: Element & Equatable>(_ x: [E], _ y: [E]) throws {
      let packed = (0..<n / panel).flatMap { p in
        (0..<k).flatMap { row in (0..<panel).map { y[row * n + p * panel + $0] } }
      }
      let (left, rows, panels) = (GuardedBuffer(x), GuardedBuffer(y), GuardedBuffer(packed))
      let program = Program(tile(TAP_RESULT, E.dtype, 0), tile(TAP_STORE, E.dtype, 0, 0, imm: 0))
      func product(_ right: GuardedBuffer, _ pair: DotPair, _ level: tap_level, _ split: Split) throws -> [UInt64] {
        let result = GuardedBuffer((0..<m * n).map { _ in E(small: 0) })
        try run(
          TAP_KERNEL_DOT, level: level, extent: [m, n], program: program,
          operands: [Operand(result, E.self, rowMajor: [m, n])], own: [left.address, right.address],
          parameters: DotPair.parameters(of: [pair]), dtype: E.dtype, split: split)
        return patterns(result.values(as: E.self))
      }
      for level in levels {
        for split in Split.allCases {
          #expect(try product(panels, inPanels, level, split) == product(rows, inRows, level, split))
        }
      }
    }
    try check(dice.floats(m * k), dice.floats(k * n))
    try check(dice.floats(m * k).map(Double.init), dice.floats(k * n).map(Double.init))
  }

  @Test("Any split has the same bits; levels differ by rounding alone")
  func bits() throws {
    let (m, n, k) = (190, 300, 600)
    var dice = Dice(2)
    let x = GuardedBuffer(dice.floats(m * k)), y = GuardedBuffer(dice.floats(k * n))
    let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
    var plain: [Float]?
    for level in levels {
      var first: [UInt64]?
      for split in Split.allCases {
        let result = GuardedBuffer([Float](repeating: 0, count: m * n))
        try run(
          TAP_KERNEL_DOT, level: level, extent: [m, n], program: program,
          operands: [Operand(result, Float.self, rowMajor: [m, n])],
          own: [x.address, y.address],
          parameters: DotPair.parameters(of: [DotPair(terms: k, left: [k, 1], right: [n, 1])]), split: split)
        let got: [Float] = result.values()
        #expect(first == nil || first == patterns(got))
        first = patterns(got)
        plain = plain ?? got
        #expect(zip(got, plain ?? got).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  /// However many slabs lie together in a stretch, which the instruction set decides, and whether the left operand is
  /// copied. Long sums go on in another stretch, and of those from 32 terms on several terms may be taken at a time.
  @Test(
    "An element is one sum in the order of its terms",
    arguments: [
      (21, 140, 1100), (70, 40, 400), (2, 200, 700), (13, 45, 31), (4, 16, 32), (9, 33, 33), (10, 24, 34), (11, 8, 35),
    ])
  func order(m: Int, n: Int, k: Int) throws {
    var dice = Dice(7)
    let x = dice.floats(m * k), y = dice.floats(k * n)
    let rows = GuardedBuffer(x), columns = GuardedBuffer((0..<k).flatMap { i in (0..<m).map { x[$0 * k + i] } })
    let right = GuardedBuffer(y)
    let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
    for level in levels {
      #if arch(x86_64)
        let contracts = level != TAP_BASELINE
      #else
        let contracts = true
      #endif
      var want = [Float](repeating: 0, count: m * n)
      for i in 0..<m {
        for term in 0..<k {
          let value = x[i * k + term]
          for j in 0..<n {
            let sum = want[i * n + j], other = y[term * n + j]
            want[i * n + j] = contracts ? sum.addingProduct(value, other) : sum + value * other
          }
        }
      }
      for (left, strides) in [(rows, [k, 1]), (columns, [1, m])] {
        let result = GuardedBuffer([Float](repeating: 0, count: m * n))
        try run(
          TAP_KERNEL_DOT, level: level, extent: [m, n], program: program,
          operands: [Operand(result, Float.self, rowMajor: [m, n])], own: [left.address, right.address],
          parameters: DotPair.parameters(of: [DotPair(terms: k, left: strides, right: [n, 1])]))
        #expect(patterns(result.values(as: Float.self)) == patterns(want))
      }
    }
  }

  /// A product that is only stored is computed where it is stored: as some columns of a wider matrix, of which whole
  /// vectors are 32 and 288, and 37 are not.
  @Test("A product stored into part of a matrix leaves the rest of it alone", arguments: [32, 37, 288], [1, 300])
  func parts(n: Int, k: Int) throws {
    let (m, first, pitch) = (170, 3, 301)
    var dice = Dice(5)
    let x = (0..<m * k).map { _ in Float(dice.below(9) - 4) }, y = (0..<k * n).map { _ in Float(dice.below(9) - 4) }
    let (left, right) = (GuardedBuffer(x), GuardedBuffer(y))
    var want = [Float](repeating: 7, count: m * pitch)
    for i in 0..<m {
      for j in 0..<n { want[i * pitch + first + j] = (0..<k).reduce(0) { $0 + x[i * k + $1] * y[$1 * n + j] } }
    }
    let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
    for level in levels {
      let whole = GuardedBuffer([Float](repeating: 7, count: m * pitch))
      let part = Operand(whole, Float.self, strides: [pitch, 1], offset: first)
      try run(
        TAP_KERNEL_DOT, level: level, extent: [m, n], program: program, operands: [part],
        own: [left.address, right.address],
        parameters: DotPair.parameters(of: [DotPair(terms: k, left: [k, 1], right: [n, 1])]))
      #expect(whole.values(as: Float.self) == want)
    }
  }

  /// The units of a sum of products of so many terms each, whose operands lie anywhere.
  /// - Parameter operands: how many as large as the result the program reads or writes.
  static func units(_ m: Int64, _ n: Int64, _ depths: [Int], operands: Int = 0) -> Int64 {
    var region = tap_region()
    region.rank = 2
    region.kept = 2
    region.extent.0 = m
    region.extent.1 = n
    region.operands = Int32(operands)
    let pairs = depths.map { DotPair(terms: $0, left: [0, 0], right: [0, 0]) }
    return (0..<operands).flatMap { _ in [n, 1] }.withUnsafeBufferPointer { strides in
      region.strides = strides.baseAddress
      return tap_units(TAP_KERNEL_DOT, &region, DotPair.parameters(of: pairs).map(Int64.init), TAP_F32)
    }
  }

  @Test("A sum of many terms for few rows is cut along them where the right operand lies row by row in a small place")
  func partsOfSums() {
    func units(_ m: Int, _ n: Int, _ k: Int, right: [Int]? = nil, _ kernel: tap_kernel = TAP_KERNEL_DOT) -> Int64 {
      var region = tap_region()
      region.rank = 2
      region.kept = 2
      region.extent.0 = Int64(m)
      region.extent.1 = Int64(n)
      let parameters = DotPair.parameters(of: [DotPair(terms: k, left: [k, 1], right: right ?? [n, 1])]).map(Int64.init)
      // Memory the units share, a counter for each block and the sums of its parts.
      let shared = tap_shared_bytes(kernel, &region, parameters, TAP_F32)
      return shared == 0 ? 0 : tap_units(kernel, &region, parameters, TAP_F32)
    }
    #expect(units(32, 128, 784) == 2 && units(64, 128, 1000) == 2 && units(17, 256, 512) == 2)
    #expect(units(16, 200, 512) == 2 && units(10, 260, 500) == 0)
    #expect(units(32, 256, 512) == 2 && units(32, 250, 525) == 0)
    #expect(units(42, 128, 512) == 2 && units(43, 128, 512) == 0)
    #expect(units(8, 128, 1000) == 0 && units(9, 128, 1000) == 2)
    #expect(units(32, 128, 784, right: [1, 784]) == 0)
    #expect(units(32, 128, 784, TAP_KERNEL_DOT_COLUMN_SUMS) == 0)
  }

  @Test("A large product is many units, each a block of the result")
  func units() {
    func units(_ m: Int64, _ n: Int64, _ k: Int) -> Int64 { DotTests.units(m, n, [k]) }
    #expect(units(256, 1024, 1024) >= 16)
    #expect(units(32, 128, 64) == 1)
    #expect(units(32, 128, 128) == 2)
    #expect(units(32, 512, 128) == 4)
    #expect(units(1, 1, 0) == 1)
    // One block that two threads are quicker at is two, if each is as high as a register tile.
    #expect(units(33, 100, 100) == 2 && units(28, 100, 100) == 2 && units(27, 100, 100) == 1)
    #expect(units(33, 100, 50) == 1)
    // Thirteen blocks of 40 rows by two of 128 columns: those are cut last.
    #expect(units(512, 256, 128) == 13 * 2)
    // Many terms: all rows by blocks of 64 columns, which are cut first; high blocks stay whole.
    #expect(units(100, 1024, 512) == 16 && units(256, 1024, 512) == 16)
    #expect(units(128, 512, 512) == 8 && units(128, 512, 511) == 2 * 8)
    // Thirteen of those are twelve, so that two threads have equal shares; of three, which stay wide enough, four.
    #expect(units(64, 784, 512) == 12 && units(43, 280, 512) == 4)
    // Few terms: blocks of 32 rows by a tile's columns.
    #expect(units(1000, 1000, 16) == 32 * 2 && units(1000, 1000, 17) < 32 * 2)
  }

  @Test("An update of much memory is some whole rows a unit, where its product has not too many terms")
  func unitsOfUpdates() {
    func units(_ m: Int64, _ n: Int64, _ k: Int, _ operands: Int = 6) -> Int64 {
      DotTests.units(m, n, [k], operands: operands)
    }
    #expect(units(784, 1024, 256) == 16 && units(2000, 1024, 256) == 32 && units(2000, 1024, 256, 2) != 32)
    #expect(units(512, 784, 64) == 16 && units(512, 784, 511) == 16 && units(512, 784, 512) != 16)
    #expect(units(200, 300, 64) == 7 + 1 && units(64, 2100, 10) == 2 * 2)
    #expect(units(100, 300, 64) == DotTests.units(100, 300, [64]))
  }
}
