import CTapestryKernels
import Testing

/// The kernels along one axis: arg-reductions, running sums, sorts.
@Suite("Along an axis")
struct AxisTests {
  /// outer, extent, inner
  static let shapes = [
    [1, 1, 1], [5, 10, 1], [3, 7, 100], [2, 1000, 3], [1, 50, 64], [4, 2, 65], [0, 5, 5], [3, 4, 0],
  ]

  /// Each line along the axis: the places of its elements, and of its result without the axis.
  static func lines(_ shape: [Int]) -> [(places: [Int], result: Int)] {
    (0..<shape[0]).flatMap { o in
      (0..<shape[2]).map { j in
        ((0..<shape[1]).map { (o * shape[1] + $0) * shape[2] + j }, o * shape[2] + j)
      }
    }
  }

  static func arguments<E: Element>(_ shape: [Int], _ values: [E]) throws {
    let lines = lines(shape), input = GuardedBuffer(values)
    for (kernel, before) in [
      (TAP_KERNEL_ARG_MAX, { (x: E, y: E) in x > y }), (TAP_KERNEL_ARG_MIN, { (x: E, y: E) in x < y }),
    ] {
      let want = lines.map { line in
        Int32(
          line.places.indices.dropFirst().reduce(0) { best, i in
            let x = values[line.places[i]], y = values[line.places[best]]
            return before(x, y) || (x != x && y == y) ? i : best
          })
      }
      for level in levels {
        for split in Split.allCases {
          let result = GuardedBuffer(want.map { _ in Int32(-7) })
          try run(
            kernel, level: level, own: [input.address, result.address], parameters: shape, dtype: E.dtype,
            split: split)
          #expect(result.guardsAreIntact && result.values() == want)
        }
      }
    }
  }

  static func sums<E: Element>(_ shape: [Int], _ values: [E], add: (E, E) -> E) throws {
    for (reverse, exclusive) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      var want = values
      for line in lines(shape) {
        var sum = E(small: 0)
        for place in reverse == 1 ? line.places.reversed() : line.places {
          let next = add(sum, values[place])
          want[place] = exclusive == 1 ? sum : next
          sum = next
        }
      }
      for level in levels {
        for (split, inPlace) in [(Split.whole, true), (.backwards, false), (.pieces, true)] {
          let input = GuardedBuffer(values), result = inPlace ? input : GuardedBuffer(values)
          try run(
            TAP_KERNEL_CUMULATIVE_SUM, level: level, own: [input.address, result.address],
            parameters: shape + [reverse, exclusive], dtype: E.dtype, split: split)
          #expect(result.guardsAreIntact && patterns(result.values(as: E.self)) == patterns(want))
        }
      }
    }
  }

  static func sorts<E: Element>(_ outer: Int, _ extent: Int, _ values: [E]) throws {
    /// NaN counts as the largest.
    func less(_ x: E, _ y: E) -> Bool { x < y || (x == x && y != y) }
    let input = GuardedBuffer(values)
    for descending in [false, true] {
      var order: [Int32] = []
      for row in 0..<outer {
        order += (0..<Int32(extent)).sorted { i, j in
          let x = values[row * extent + Int(i)], y = values[row * extent + Int(j)]
          let (first, second) = descending ? (less(y, x), less(x, y)) : (less(x, y), less(y, x))
          return first || (!second && i < j)
        }
      }
      let want = order.enumerated().map { values[$0 / max(extent, 1) * extent + Int($1)] }
      for level in levels {
        for (split, inPlace) in [(Split.whole, false), (.backwards, true), (.pieces, false)] {
          let source = inPlace ? GuardedBuffer(values) : input
          let sorted = inPlace ? source : GuardedBuffer(values)
          let places = GuardedBuffer(order.map { _ in Int32(-7) })
          try run(
            TAP_KERNEL_SORT, level: level, own: [source.address, sorted.address, places.address],
            parameters: [outer, extent, descending ? 1 : 0], dtype: E.dtype, split: split)
          #expect(intact([sorted, places]))
          #expect(places.values() == order && patterns(sorted.values(as: E.self)) == patterns(want))
        }
      }
    }
  }

  static func withHoles<E: Element>(_ values: [E], _ specials: [E]) -> [E] {
    values.enumerated().map { $0 % 7 == 3 ? specials[$0 / 7 % specials.count] : $1 }
  }

  @Test("The first of the largest and smallest, NaN before all", arguments: shapes)
  func arguments(shape: [Int]) throws {
    var dice = Dice(6)
    let count = shape.reduce(1, *)
    try Self.arguments(shape, dice.small(count, as: Float.self))
    try Self.arguments(shape, dice.small(count, as: Double.self))
    try Self.arguments(shape, dice.small(count, as: Int32.self))
    try Self.arguments(
      shape, Self.withHoles(dice.small(count, as: Float.self), [.infinity, .nan, -.infinity, 0, -0.0]))
  }

  @Test("Running sums both ways, in place too", arguments: shapes)
  func sums(shape: [Int]) throws {
    var dice = Dice(7)
    let count = shape.reduce(1, *)
    try Self.sums(shape, dice.floats(count), add: +)
    try Self.sums(shape, dice.doubles(count), add: +)
    try Self.sums(shape, dice.small(count, as: Int32.self).map { $0 &* 300_000_000 }, add: &+)
  }

  @Test(
    "Stable sorts with places, NaN as the largest",
    arguments: [[1, 1], [3, 2], [2, 17], [1, 1000], [5, 64], [4, 0]])
  func sorts(shape: [Int]) throws {
    var dice = Dice(3)
    let count = shape[0] * shape[1]
    try Self.sorts(shape[0], shape[1], dice.small(count, as: Float.self))
    try Self.sorts(shape[0], shape[1], dice.doubles(count))
    try Self.sorts(shape[0], shape[1], dice.small(count, as: Int32.self))
    try Self.sorts(
      shape[0], shape[1], Self.withHoles(dice.small(count, as: Float.self), [.infinity, .nan, -.infinity, 0, -0.0]))
  }
}
