import CTapestryKernels
import TapestryTape
import Testing

@Suite("Products with the sums of their right operand's columns")
struct DotColumnSumsTests {
  typealias Case = DotTests.Case

  static let cases = [
    Case([], 2, 2, 1), Case([], 1, 40, 3), Case([], 17, 1, 5), Case([], 13, 31, 7), Case([], 14, 32, 64),
    Case([], 15, 33, 257), Case([], 169, 300, 40), Case([], 29, 64, 513), Case([], 70, 700, 16), Case([], 330, 70, 259),
    Case([], 70, 140, 700),
  ]

  private static let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))

  @Test("Exact on small whole numbers in every layout, type and split", arguments: cases)
  func exact(c: Case) throws {
    let layouts = [DotTests.Layout(), DotTests.Layout(transposed: true), DotTests.Layout(backwards: true)]
    for (i, layout) in layouts.enumerated() {
      var dice = Dice(UInt64(c.m * 31 + c.n + i))
      let a = DotTests.strides([], c.m, c.k, layouts[(i + 1) % 3]), b = DotTests.strides([], c.k, c.n, layout)
      let x = (0..<a.count).map { _ in dice.below(17) - 8 }, y = (0..<b.count).map { _ in dice.below(17) - 8 }
      let product = DotTests.reference(c, x, a.strides, y, b.strides, from: (a.offset, b.offset))
      let columns = (0..<c.n).map { j in
        (0..<c.k).reduce(0) { $0 + y[b.offset + $1 * b.strides[0] + j * b.strides[1]] }
      }
      func check<E: Element>(_ type: E.Type, _ convert: (Int) -> E) throws {
        let left = GuardedBuffer(x.map(convert)), right = GuardedBuffer(y.map(convert))
        let program = Program(tile(TAP_RESULT, E.dtype, 0), tile(TAP_STORE, E.dtype, 0, 0, imm: 0))
        let width = MemoryLayout<E>.stride
        for level in levels {
          let result = GuardedBuffer(product.map { _ in E(small: 1) }),
            sums = GuardedBuffer(columns.map { _ in E(small: 1) })
          try run(
            TAP_KERNEL_DOT_COLUMN_SUMS, level: level, extent: c.extent, program: program,
            operands: [Operand(result, E.self, rowMajor: c.extent)],
            own: [left.address + a.offset * width, right.address + b.offset * width, sums.address],
            parameters: DotPair.parameters(of: [DotPair(terms: c.k, left: a.strides, right: b.strides)]),
            dtype: E.dtype, split: Split.allCases[i])
          #expect(patterns(result.values(as: E.self)) == patterns(product.map(convert)), "\(E.self) \(c) \(layout)")
          #expect(patterns(sums.values(as: E.self)) == patterns(columns.map(convert)), "\(E.self) \(c) \(layout)")
          #expect(sums.guardsAreIntact)
        }
      }
      try check(Float.self) { Float($0) }
      try check(Double.self) { Double($0) }
      try check(Int32.self) { Int32($0) }
    }
  }

  @Test("Any split and level has the same sums, and the product is that of the plain kernel", arguments: cases)
  func bits(c: Case) throws {
    var dice = Dice(2)
    let x = GuardedBuffer(dice.floats(c.m * c.k)), y = GuardedBuffer(dice.floats(c.k * c.n))
    let parameters = DotPair.parameters(of: [DotPair(terms: c.k, left: [c.k, 1], right: [c.n, 1])])
    var first: [UInt64]?
    for level in levels {
      let plain = GuardedBuffer([Float](repeating: 0, count: c.m * c.n))
      try run(
        TAP_KERNEL_DOT, level: level, extent: c.extent, program: Self.program,
        operands: [Operand(plain, Float.self, rowMajor: c.extent)], own: [x.address, y.address], parameters: parameters)
      for split in Split.allCases {
        let result = GuardedBuffer([Float](repeating: 0, count: c.m * c.n))
        let sums = GuardedBuffer([Float](repeating: 0, count: c.n))
        try run(
          TAP_KERNEL_DOT_COLUMN_SUMS, level: level, extent: c.extent, program: Self.program,
          operands: [Operand(result, Float.self, rowMajor: c.extent)], own: [x.address, y.address, sums.address],
          parameters: parameters, split: split)
        let got = patterns(sums.values(as: Float.self))
        #expect(first == nil || first == got)
        first = got
        #expect(patterns(result.values(as: Float.self)) == patterns(plain.values(as: Float.self)))
      }
    }
  }
}
