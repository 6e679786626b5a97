import CTapestryKernels
import Testing

@Suite("Gather and scatter-add")
struct GatherTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch: Int, outer: Int, extent: Int, count: Int, inner: Int
    init(_ batch: Int, _ outer: Int, _ extent: Int, _ count: Int, _ inner: Int) {
      (self.batch, self.outer, self.extent, self.count, self.inner) = (batch, outer, extent, count, inner)
    }
    var parameters: [Int] { [batch, outer, extent, count, inner] }
    var testDescription: String { "\(parameters)" }
  }

  static let cases = [
    Case(1, 1, 10, 7, 16), Case(1, 1, 5, 1000, 1), Case(3, 2, 4, 5, 9), Case(1, 3, 8, 600, 65), Case(2, 1, 3, 4, 200),
    Case(1, 1, 1, 1, 1), Case(1, 1, 10, 0, 4), Case(1, 1, 10, 3, 0), Case(2, 2, 50, 3, 5000),
  ]

  @Test("Gathers rows of every type", arguments: cases)
  func gather(c: Case) throws {
    var dice = Dice(1)
    let indices = dice.integers(c.batch * c.count, in: 0..<c.extent)
    let places = GuardedBuffer(indices)
    func check<E: Element>(_ type: E.Type) throws {
      let table = dice.small(c.batch * c.outer * c.extent * c.inner, as: E.self)
      var want: [E] = []
      for b in 0..<c.batch {
        for o in 0..<c.outer {
          for i in 0..<c.count {
            let row = ((b * c.outer + o) * c.extent + Int(indices[b * c.count + i])) * c.inner
            want += table[row..<row + c.inner]
          }
        }
      }
      let source = GuardedBuffer(table)
      for level in levels {
        for split in Split.allCases {
          let result = GuardedBuffer(want.map { _ in E(small: 1) })
          let fault = try run(
            TAP_KERNEL_GATHER, level: level, own: [result.address, source.address, places.address],
            parameters: c.parameters, dtype: E.dtype, split: split)
          #expect(result.guardsAreIntact && fault.code == 0)
          #expect(result.values(as: E.self) == want)
        }
      }
    }
    try check(Float.self)
    try check(Double.self)
    try check(Int32.self)
    try check(UInt8.self)
  }

  @Test("Adds updates in their order, onto a base or in place", arguments: cases)
  func scatter(c: Case) throws {
    var dice = Dice(8)
    let indices = dice.integers(c.batch * c.count, in: 0..<c.extent)
    let places = GuardedBuffer(indices)
    func check<E: Element>(_ base: [E], _ updates: [E], _ add: (E, E) -> E) throws {
      var want = base
      for b in 0..<c.batch {
        for o in 0..<c.outer {
          for i in 0..<c.count {
            let to = ((b * c.outer + o) * c.extent + Int(indices[b * c.count + i])) * c.inner
            let from = ((b * c.outer + o) * c.count + i) * c.inner
            for j in 0..<c.inner { want[to + j] = add(want[to + j], updates[from + j]) }
          }
        }
      }
      let additions = GuardedBuffer(updates)
      for level in levels {
        for (split, inPlace) in [(Split.whole, true), (.backwards, false), (.pieces, true)] {
          let start = GuardedBuffer(base)
          let result = inPlace ? start : GuardedBuffer(base.map { _ in E(small: 1) })
          let fault = try run(
            TAP_KERNEL_SCATTER_ADD, level: level,
            own: [result.address, start.address, additions.address, places.address], parameters: c.parameters,
            dtype: E.dtype, split: split)
          #expect(result.guardsAreIntact && fault.code == 0)
          #expect(patterns(result.values(as: E.self)) == patterns(want))
        }
      }
    }
    let size = c.batch * c.outer * c.extent * c.inner, updates = c.batch * c.outer * c.count * c.inner
    try check(dice.floats(size), dice.floats(updates), +)
    try check(dice.doubles(size), dice.doubles(updates), +)
    try check(dice.small(size, as: Int32.self), dice.small(updates, as: Int32.self), &+)
  }

  @Test("An index out of range is a fault with its value; nothing outside the operands is touched", arguments: levels)
  func faults(level: tap_level) throws {
    for wrong in [-1, 4, Int32.max, .min] {
      let places = GuardedBuffer([0, wrong, 3]), table = GuardedBuffer([Float](repeating: 1, count: 8))
      let rows = GuardedBuffer([Float](repeating: 1, count: 6)), result = GuardedBuffer([Float](repeating: 0, count: 8))
      let gathered = try run(
        TAP_KERNEL_GATHER, level: level, own: [rows.address, table.address, places.address],
        parameters: [1, 1, 4, 3, 2])
      #expect(gathered.code == 2 && gathered.value == Int64(wrong) && gathered.bound == 4 && gathered.instruction == 77)
      let scattered = try run(
        TAP_KERNEL_SCATTER_ADD, level: level, own: [result.address, table.address, rows.address, places.address],
        parameters: [1, 1, 4, 3, 2])
      #expect(scattered.code == 2 && scattered.value == Int64(wrong))
      #expect(result.values(as: Float.self) == [2, 2, 1, 1, 1, 1, 2, 2])
      #expect(intact([places, table, rows, result]))
    }
  }

  @Test("A gather from an empty axis faults and yields zeros", arguments: levels)
  func empty(level: tap_level) throws {
    let result = GuardedBuffer([Float](repeating: 5, count: 4)), places = GuardedBuffer([Int32(0), 0])
    let fault = try run(
      TAP_KERNEL_GATHER, level: level, own: [result.address, result.address, places.address],
      parameters: [1, 1, 0, 2, 2])
    #expect(fault.code == 2 && fault.bound == 0)
    #expect(result.values(as: Float.self) == [0, 0, 0, 0])
  }
}
