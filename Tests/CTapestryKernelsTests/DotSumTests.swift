import CTapestryKernels
import TapestryTape
import Testing

@Suite("Sums of products")
struct DotSumTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch: [Int], m: Int, n: Int, depths: [Int]
    init(_ batch: [Int], _ m: Int, _ n: Int, _ depths: [Int]) {
      self.batch = batch
      self.m = m
      self.n = n
      self.depths = depths
    }
    var testDescription: String { "\(batch) \(m)x\(n)x\(depths)" }
    var extent: [Int] { batch + [m, n] }
  }

  static let cases = [
    Case([], 1, 1, [1, 1]), Case([], 16, 512, [28, 128]), Case([], 29, 70, [300, 5, 257]), Case([], 1, 300, [40, 3]),
    Case([], 14, 32, [0, 7]), Case([], 5, 33, [7, 0]), Case([], 3, 5, [0, 0]), Case([], 1, 64, [0, 130, 0, 2]),
    Case([], 70, 700, [7, 9]), Case([], 100, 100, [1, 2, 3, 4, 5, 6, 7]), Case([2, 3], 7, 40, [33, 20]),
    Case([], 170, 288, [64, 64]),
  ]

  private static let layouts: [DotTests.Layout] = [
    DotTests.Layout(), DotTests.Layout(transposed: true), DotTests.Layout(repeated: true),
    DotTests.Layout(backwards: true),
  ]

  /// One product of a sum, in whole numbers.
  private struct Pair {
    let k: Int, x: [Int], y: [Int]
    let a: (strides: [Int], offset: Int, count: Int), b: (strides: [Int], offset: Int, count: Int)

    init(_ c: Case, _ place: Int, _ layout: Int, _ dice: inout Dice) {
      let layouts = DotSumTests.layouts
      k = c.depths[place]
      a = DotTests.strides(c.batch, c.m, k, layouts[(layout + place) % 4])
      b = DotTests.strides(c.batch, k, c.n, layouts[(layout / 4 + 3 * place) % 4])
      x = (0..<a.count).map { _ in dice.below(9) - 4 }
      y = (0..<b.count).map { _ in dice.below(9) - 4 }
    }

    func product(_ c: Case) -> [Int] {
      DotTests.reference(
        DotTests.Case(c.batch, c.m, c.n, k), x, a.strides, y, b.strides, from: (a.offset, b.offset))
    }
  }

  @Test("Exact on small whole numbers in every layout, type and split, stored alone or after more", arguments: cases)
  func exact(c: Case) throws {
    for layout in 0..<16 {
      var dice = Dice(UInt64(c.m * 31 + c.n + layout))
      let pairs = c.depths.indices.map { Pair(c, $0, layout, &dice) }
      let sum = pairs.map { $0.product(c) }.reduce([Int](repeating: 0, count: c.extent.reduce(1, *))) {
        zip($0, $1).map(+)
      }
      let isPlain = layout % 2 == 0
      func check<E: Element>(_ type: E.Type, _ convert: (Int) -> E) throws {
        let own = pairs.map { (GuardedBuffer($0.x.map(convert)), GuardedBuffer($0.y.map(convert))) }
        let width = MemoryLayout<E>.stride
        var addresses: [UnsafeMutableRawPointer] = []
        for (pair, (x, y)) in zip(pairs, own) {
          addresses += [x.address + pair.a.offset * width, y.address + pair.b.offset * width]
        }
        let parameters = DotPair.parameters(
          of: pairs.map { DotPair(terms: $0.k, left: $0.a.strides, right: $0.b.strides) })
        let store = tile(TAP_STORE, E.dtype, 0, 0, imm: 0)
        let program =
          isPlain
          ? Program(tile(TAP_RESULT, E.dtype, 0), store)
          : Program(tile(TAP_RESULT, E.dtype, 0), tile(TAP_ADD, E.dtype, 0, 0, 0), store)
        for level in levels {
          let result = GuardedBuffer(sum.map { _ in E(small: 1) })
          try run(
            TAP_KERNEL_DOT, level: level, extent: c.extent, program: program,
            operands: [Operand(result, E.self, rowMajor: c.extent)], own: addresses, parameters: parameters,
            dtype: E.dtype, split: Split.allCases[layout % 3])
          let want = sum.map { convert(isPlain ? $0 : 2 * $0) }
          #expect(patterns(result.values(as: E.self)) == patterns(want), "\(E.self) \(c) \(layout)")
        }
      }
      try check(Float.self) { Float($0) }
      if layout % 4 < 2 { try check(Double.self) { Double($0) } }
      if layout % 4 > 1 { try check(Int32.self) { Int32($0) } }
    }
  }

  @Test("Right operands in panels, each or both, give the bits of those in rows", arguments: [1, 16, 50])
  func panels(m: Int) throws {
    let (n, panel, depths) = (160, Int(TAP_DOT_COLUMNS), [28, 300])
    var dice = Dice(3)
    let lefts = depths.map { GuardedBuffer(dice.floats(m * $0)) }
    let values = depths.map { dice.floats($0 * n) }
    let rows = values.map { GuardedBuffer($0) }
    let panels = zip(depths, values).map { k, y in
      GuardedBuffer(
        (0..<n / panel).flatMap { p in
          (0..<k).flatMap { row in (0..<panel).map { y[row * n + p * panel + $0] } }
        })
    }
    let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
    for level in levels {
      var first: [UInt64]?
      for packed in 0..<4 {
        let isPacked = [packed % 2 == 1, packed > 1]
        let result = GuardedBuffer([Float](repeating: 0, count: m * n))
        try run(
          TAP_KERNEL_DOT, level: level, extent: [m, n], program: program,
          operands: [Operand(result, Float.self, rowMajor: [m, n])],
          own: (0..<2).flatMap { [lefts[$0].address, (isPacked[$0] ? panels : rows)[$0].address] },
          parameters: DotPair.parameters(
            of: zip(depths, isPacked).map { k, isPacked in
              DotPair(terms: k, left: [k, 1], right: [isPacked ? panel : n, 1], panel: isPacked ? k * panel : 0)
            }),
          split: Split.allCases[packed % 3])
        let got = patterns(result.values(as: Float.self))
        #expect(first == nil || first == got)
        first = got
      }
    }
  }

  @Test("Blocks are those of one product of as many terms")
  func units() {
    #expect(DotTests.units(256, 512, [64, 64]) == DotTests.units(256, 512, [128]))
    #expect(DotTests.units(32, 128, [60, 68]) == 2)
    #expect(DotTests.units(1000, 1000, [8, 8]) == 64 && DotTests.units(1000, 1000, [8, 9]) < 64)
  }
}
