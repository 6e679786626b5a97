import CTapestryKernels
import Foundation
import Testing

/// Horizontal and vertical reductions, alone and in programs of several sections.
@Suite("Reductions")
struct ReductionTests {
  /// A space split into kept axes, reduced axes and perhaps one kept column axis.
  struct Space: Sendable, CustomTestStringConvertible {
    var extent: [Int], kept: Int, reduced: Int
    init(_ extent: [Int], kept: Int, reduced: Int) {
      self.extent = extent
      self.kept = kept
      self.reduced = reduced
    }
    var testDescription: String { "\(extent) kept \(kept) reduced \(reduced)" }
    var isReduced: [Bool] { extent.indices.map { $0 >= kept && $0 < kept + reduced } }
    /// Strides of a row-major result without the reduced axes.
    var resultStrides: [Int] {
      let all = rowMajorStrides(zip(extent, isReduced).map { $1 ? 1 : $0 })
      return zip(all, isReduced).map { $1 ? 0 : $0 }
    }
    var resultCount: Int { zip(extent, isReduced).reduce(1) { $0 * ($1.1 ? 1 : $1.0) } }
    /// For each result, the places of its elements in a row-major operand.
    func groups() -> [[Int]] {
      var groups = [[Int]](repeating: [], count: resultCount)
      for (place, index) in MapTests.indices(extent).enumerated() {
        groups[MapTests.place(index, resultStrides)].append(place)
      }
      return groups
    }
  }

  static let spaces = [
    Space([1, 1], kept: 1, reduced: 1), Space([1000], kept: 0, reduced: 1), Space([5], kept: 0, reduced: 1),
    Space([60, 10], kept: 1, reduced: 1), Space([7, 17], kept: 1, reduced: 1), Space([3, 511], kept: 1, reduced: 1),
    Space([3, 512], kept: 1, reduced: 1), Space([3, 513], kept: 1, reduced: 1), Space([2, 2500], kept: 1, reduced: 1),
    Space([3, 5, 4, 9], kept: 2, reduced: 2), Space([2, 3, 40, 30], kept: 2, reduced: 2),
    Space([3, 2, 600], kept: 1, reduced: 2), Space([60, 10], kept: 0, reduced: 1),
    Space([3, 1000], kept: 0, reduced: 1),
    Space([30, 1000], kept: 0, reduced: 1), Space([40, 513], kept: 0, reduced: 1),
    Space([4, 70, 30], kept: 1, reduced: 1),
    Space([2, 3, 5, 7, 11], kept: 2, reduced: 2), Space([2, 9, 11, 13], kept: 1, reduced: 2),
    Space([700, 1], kept: 0, reduced: 1),
    // Blocks that are shared by several units.
    Space([20_001], kept: 0, reduced: 1), Space([2, 17_000], kept: 1, reduced: 1),
    Space([700, 40], kept: 0, reduced: 1), Space([90, 520], kept: 0, reduced: 1),
    Space([3, 50, 260], kept: 1, reduced: 1), Space([2, 9, 8, 600], kept: 1, reduced: 2),
    Space([2, 2, 2, 2, 2, 2, 3, 17], kept: 3, reduced: 5), Space([2, 2, 2, 2, 2, 2, 3, 17], kept: 3, reduced: 4),
  ]

  /// result = start combined with the reduction of x; each group lists the places of a result's elements in x.
  static func check<E: Element>(
    _ op: tap_tile_op, _ space: Space, start: E, strides: [Int], groups: [[Int]], values: [E], combine: (E, E) -> E
  ) throws {
    let want = groups.map { group in group.reduce(start) { combine($0, values[$1]) } }
    let input = GuardedBuffer(values)
    let program = Program(
      sections: [
        (TAP_ONCE, [tile(TAP_CONST, E.dtype, 1, imm: 0, kept: true)]),
        (TAP_LOOP, [tile(TAP_LOAD, E.dtype, 0, imm: 0), tile(op, E.dtype, 1, 0, kept: true)]),
        (TAP_ONCE, [tile(TAP_STORE, E.dtype, 0, 1, imm: 1, kept: true)]),
      ], immediates: [pattern(start)])
    for level in levels {
      for split in Split.allCases {
        let result = GuardedBuffer([E](repeating: E(small: 1), count: space.resultCount))
        try run(
          TAP_KERNEL_REGION, level: level, extent: space.extent, kept: space.kept, reduced: space.reduced,
          program: program,
          operands: [
            Operand(input, E.self, strides: strides),
            Operand(result, E.self, strides: space.resultStrides),
          ], split: split)
        #expect(patterns(result.values(as: E.self)) == patterns(want), "\(E.self) \(space) \(split)")
      }
    }
  }

  @Test("Sum, product, largest and smallest of every type", arguments: spaces)
  func reductions(space: Space) throws {
    var dice = Dice(9)
    let count = space.extent.reduce(1, *)
    // Sums of small whole numbers and products of 1 and -1 are exact, whatever their order.
    let small = (0..<count).map { _ in dice.below(17) - 8 }
    let signs = (0..<count).map { _ in dice.below(2) * 2 - 1 }
    let rare = (0..<count).map { _ in dice.below(400) == 0 ? 1 : 0 }
    let x = dice.doubles(count)
    let transposed = Array(rowMajorStrides(space.extent.reversed()).reversed())
    let places = MapTests.indices(space.extent).map { MapTests.place($0, transposed) }
    let groups = space.groups()
    for (strides, groups) in [
      (rowMajorStrides(space.extent), groups), (transposed, groups.map { $0.map { places[$0] } }),
    ] {
      func check<E: Element>(_ op: tap_tile_op, _ start: E, _ values: [E], _ combine: (E, E) -> E) throws {
        try Self.check(op, space, start: start, strides: strides, groups: groups, values: values, combine: combine)
      }
      try check(TAP_REDUCE_SUM, 3 as Float, small.map { Float($0) }, +)
      try check(TAP_REDUCE_SUM, 0 as Double, small.map { Double($0) }, +)
      try check(TAP_REDUCE_SUM, -1 as Int32, small.map { Int32($0) }, &+)
      try check(TAP_REDUCE_PRODUCT, 3 as Float, signs.map { Float($0) }, *)
      try check(TAP_REDUCE_PRODUCT, 1 as Double, signs.map { Double($0) }, *)
      try check(TAP_REDUCE_PRODUCT, 1 as Int32, small.map { Int32($0) * 2 + 1 }, &*)
      try check(TAP_REDUCE_MAX, -Float.infinity, x.map { Float($0) }, max)
      try check(TAP_REDUCE_MIN, Float.infinity, x.map { Float($0) }, min)
      try check(TAP_REDUCE_MAX, -0.5 as Double, x, max)
      try check(TAP_REDUCE_MIN, 0.5 as Double, x, min)
      try check(TAP_REDUCE_MAX, Int32.min, small.map { Int32($0) }, max)
      try check(TAP_REDUCE_MIN, Int32.max, small.map { Int32($0) }, min)
      try check(TAP_REDUCE_MAX, 0 as UInt8, rare.map { UInt8($0) }, |)
      try check(TAP_REDUCE_MIN, 1 as UInt8, rare.map { UInt8(1 - $0) }, &)
    }
  }

  @Test("The largest and the smallest pass NaN on, wherever it is", arguments: [TAP_REDUCE_MAX, TAP_REDUCE_MIN])
  func nan(op: tap_tile_op) throws {
    for place in [0, 1, 15, 16, 100, 599] {
      var x = [Float](repeating: 1, count: 600)
      x[place] = .nan
      for space in [Space([600], kept: 0, reduced: 1), Space([600, 1], kept: 0, reduced: 1)] {
        try Self.check(
          op, space, start: 0, strides: rowMajorStrides(space.extent), groups: space.groups(), values: x
        ) { $0.isNaN || $1.isNaN ? .nan : $0 }
      }
    }
  }

  @Test("A reduction that starts from a loaded value leaves the operand as it is", arguments: levels)
  func loadedStart(level: tap_level) throws {
    var dice = Dice(12)
    for columns in [40, 64, 7] {
      let x = dice.small(600 * columns, as: Float.self), start = dice.small(columns, as: Float.self)
      let before = GuardedBuffer(start), result = GuardedBuffer(start)
      let program = Program(sections: [
        (TAP_ONCE, [tile(TAP_LOAD, TAP_F32, 0, imm: 1, kept: true)]),
        (TAP_LOOP, [tile(TAP_LOAD, TAP_F32, 1, imm: 0), tile(TAP_REDUCE_SUM, TAP_F32, 0, 1, kept: true)]),
        (TAP_ONCE, [tile(TAP_STORE, TAP_F32, 0, 0, imm: 2, kept: true)]),
      ])
      try run(
        TAP_KERNEL_REGION, level: level, extent: [600, columns], kept: 0, reduced: 1, program: program,
        operands: [
          Operand(GuardedBuffer(x), Float.self, rowMajor: [600, columns]),
          Operand(before, Float.self, strides: [0, 1]), Operand(result, Float.self, strides: [0, 1]),
        ])
      let want = start.indices.map { j in (0..<600).reduce(start[j]) { $0 + x[$1 * columns + j] } }
      #expect(result.values() == want)
      #expect(before.values() == start)
    }
  }

  @Test("Sums of any split have the same bits, and levels differ by rounding alone", arguments: spaces)
  func bits(space: Space) throws {
    var dice = Dice(21)
    let x = dice.floats(space.extent.reduce(1, *))
    let exact = space.groups().map { group in group.reduce(0.0) { $0 + Double(x[$1]) } }
    let program = Program(
      sections: [
        (TAP_ONCE, [tile(TAP_CONST, TAP_F32, 1, imm: 0, kept: true)]),
        (TAP_LOOP, [tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_REDUCE_SUM, TAP_F32, 1, 0, kept: true)]),
        (TAP_ONCE, [tile(TAP_STORE, TAP_F32, 0, 1, imm: 1, kept: true)]),
      ], immediates: [0])
    var first: [UInt64]?
    for level in levels {
      for split in Split.allCases {
        let result = GuardedBuffer([Float](repeating: 0, count: space.resultCount))
        try run(
          TAP_KERNEL_REGION, level: level, extent: space.extent, kept: space.kept, reduced: space.reduced,
          program: program,
          operands: [
            Operand(GuardedBuffer(x), Float.self, rowMajor: space.extent),
            Operand(result, Float.self, strides: space.resultStrides),
          ], split: split)
        let got: [Float] = result.values()
        if let first {
          #expect(patterns(got) == first, "plain sums are in one order at every level")
        } else {
          first = patterns(got)
        }
        for (a, b) in zip(got, exact) { #expect(abs(Double(a) - b) < 2e-4) }
      }
    }
  }

  /// Softmax of three passes. In a resident block e stays in a register; otherwise it rests in the result.
  static func softmax(resident: Bool) -> Program {
    var last = [
      tile(TAP_EXPAND, TAP_F32, 4, 3), tile(TAP_DIV, TAP_F32, 2, 2, 4), tile(TAP_STORE, TAP_F32, 0, 2, imm: 1),
    ]
    var middle = [
      tile(TAP_EXPAND, TAP_F32, 4, 1), tile(TAP_SUB, TAP_F32, 2, 0, 4), tile(TAP_EXP, TAP_F32, 2, 2),
      tile(TAP_REDUCE_SUM, TAP_F32, 3, 2, kept: true),
    ]
    if !resident {
      middle.insert(tile(TAP_LOAD, TAP_F32, 0, imm: 0), at: 0)
      middle.append(tile(TAP_STORE, TAP_F32, 0, 2, imm: 1))
      last.insert(tile(TAP_LOAD, TAP_F32, 2, imm: 1), at: 0)
    }
    return Program(
      sections: [
        (
          TAP_ONCE,
          [tile(TAP_CONST, TAP_F32, 1, imm: 0, kept: true), tile(TAP_CONST, TAP_F32, 3, imm: 1, kept: true)]
        ),
        (TAP_LOOP, [tile(TAP_LOAD, TAP_F32, 0, imm: 0), tile(TAP_REDUCE_MAX, TAP_F32, 1, 0, kept: true)]),
        (TAP_LOOP, middle),
        (
          TAP_ONCE,
          [
            tile(TAP_LOG, TAP_F32, 5, 3, kept: true), tile(TAP_ADD, TAP_F32, 5, 5, 1, kept: true),
            tile(TAP_STORE, TAP_F32, 0, 5, imm: 2, kept: true),
          ]
        ),
        (TAP_LOOP, last),
      ], immediates: [pattern(-Float.infinity), 0])
  }

  @Test("Softmax with its logarithm of the sum, resident or not, in place", arguments: spaces)
  func softmax(space: Space) throws {
    var dice = Dice(4)
    let x = dice.floats(space.extent.reduce(1, *), scale: 20)
    let fits = space.extent.withUnsafeBufferPointer { extent in
      tap_region_resident(Int32(extent.count), Int32(space.kept), Int32(space.reduced), extent.map(Int64.init))
    }
    for level in levels {
      for resident in fits ? [true, false] : [false] {
        for inPlace in resident ? [true, false] : [false] {
          let input = GuardedBuffer(x)
          let result = inPlace ? input : GuardedBuffer(x.map { _ in Float.nan })
          let total = GuardedBuffer([Float](repeating: 0, count: space.resultCount))
          try run(
            TAP_KERNEL_REGION, level: level, extent: space.extent, kept: space.kept, reduced: space.reduced,
            program: Self.softmax(resident: resident),
            operands: [
              Operand(input, Float.self, rowMajor: space.extent), Operand(result, Float.self, rowMajor: space.extent),
              Operand(total, Float.self, strides: space.resultStrides),
            ], split: .backwards)
          let got: [Float] = result.values(), sums: [Float] = total.values()
          for (group, sum) in zip(space.groups(), sums) {
            let largest = group.map { Double(x[$0]) }.max() ?? 0
            let whole = group.reduce(0.0) { $0 + exp(Double(x[$1]) - largest) }
            #expect(abs(Double(sum) - (largest + log(whole))) < 1e-4)
            for place in group { #expect(abs(Double(got[place]) - exp(Double(x[place]) - largest) / whole) < 3e-6) }
          }
        }
      }
    }
  }

  /// A program that goes over the rows twice stays with the same columns; a sum alone has no reason to.
  @Test("A sum of few rows is one block, a softmax of them several narrow ones")
  func blocksOfFewRows() {
    func units(_ loops: Int) -> Int64 {
      let sections = (0..<loops).map { _ in tap_section(kind: TAP_LOOP.rawValue, begin: 0, end: 0) }
      return sections.withUnsafeBufferPointer { sections in
        var region = tap_region()
        (region.rank, region.kept, region.reduced) = (2, 0, 1)
        (region.extent.0, region.extent.1) = (31, 100)
        (region.sections, region.section_count) = (sections.baseAddress, Int32(loops))
        return tap_units(TAP_KERNEL_REGION, &region, nil, TAP_F32)
      }
    }
    #expect(units(1) == 1 && units(2) == 7)
  }

  @Test("A long program over a few tiles is shared, a short one over as many is not")
  func partsByWork() {
    func units(_ elements: Int64, _ instructions: Int32) -> Int64 {
      withUnsafePointer(to: tap_section(kind: TAP_LOOP.rawValue, begin: 0, end: instructions)) { section in
        var region = tap_region()
        (region.rank, region.reduced, region.extent.0) = (1, 1, elements)
        (region.sections, region.section_count) = (section, 1)
        return tap_units(TAP_KERNEL_REGION, &region, nil, TAP_F32)
      }
    }
    #expect(units(4 * 512, 2) == 1 && units(4 * 512, 16) == 2 && units(4 * 512, 40) == 4)
    #expect(units(28 * 512, 4) == 2 && units(512, 100) == 1)
    #expect(units(1 << 20, 2) == 32)
  }
}
