import CTapestryKernels
import Foundation
import Testing

/// Each elementwise operation of each type against plain Swift, at every level and at sizes about a tile's.
@Suite("Elementwise operations")
struct ElementOpTests {
  static let sizes = [1, 2, 17, 511, 512, 513, 1000]

  /// Runs one operation as a region over contiguous operands.
  static func apply<R: Element>(
    _ op: tap_tile_op, _ dtype: tap_dtype, to: R.Type, level: tap_level,
    operands: [(buffer: GuardedBuffer, width: Int)],
    types: [tap_dtype], count: Int, immediates: [UInt64] = []
  ) throws -> [R] {
    let result = GuardedBuffer([R](repeating: R(small: 1), count: count))
    var instructions = types.indices.map { tile(TAP_LOAD, types[$0], $0, imm: $0) }
    instructions.append(tile(op, dtype, 7, 0, 1, 2, to: R.dtype))
    instructions.append(tile(TAP_STORE, R.dtype, 0, 7, imm: operands.count))
    var all = operands.map { pair in
      var operand = Operand(pair.buffer, UInt8.self, strides: [1])
      operand.width = pair.width
      return operand
    }
    all.append(Operand(result, R.self, strides: [1]))
    var program = Program(sections: [(TAP_LOOP, instructions)], immediates: immediates)
    program.registers = 8
    try run(TAP_KERNEL_REGION, level: level, extent: [count], program: program, operands: all)
    return result.values()
  }

  static func unary<E: Element, R: Element>(_ op: tap_tile_op, _ x: [E], _ reference: (E) -> R) throws {
    for level in levels {
      for size in sizes {
        let values = (0..<size).map { x[$0 % x.count] }
        let got = try apply(
          op, E.dtype, to: R.self, level: level, operands: [(GuardedBuffer(values), MemoryLayout<E>.stride)],
          types: [E.dtype], count: size)
        #expect(patterns(got) == patterns(values.map(reference)), "\(String(cString: tap_tile_op_name(op))) \(size)")
      }
    }
  }

  static func binary<E: Element, R: Element>(
    _ op: tap_tile_op, _ values: [E], _ reference: (E, E) -> R
  ) throws {
    // Every pair of values, so that the specials meet one another.
    let pairs = values.flatMap { x in values.map { (x, $0) } }
    for level in levels {
      for size in sizes + [pairs.count] {
        let x = (0..<size).map { pairs[$0 % pairs.count].0 }, y = (0..<size).map { pairs[$0 % pairs.count].1 }
        let width = MemoryLayout<E>.stride
        let got = try apply(
          op, E.dtype, to: R.self, level: level,
          operands: [(GuardedBuffer(x), width), (GuardedBuffer(y), width)], types: [E.dtype, E.dtype], count: size)
        #expect(
          patterns(got) == patterns(zip(x, y).map(reference)), "\(String(cString: tap_tile_op_name(op))) \(size)")
      }
    }
  }

  static let floats: [Float] =
    [0, -0.0, 1, -1, 2.5, -2.5, 0.5, 3, 7.25, -1e30, 0x1p-140, .infinity, -.infinity, .nan, 0x1p31, -0x1p31, 2.0e9]
  static let doubles: [Double] =
    [0, -0.0, 1, -1, 2.5, -2.5, 0.5, 3, 7.25, -1e300, 0x1p-1030, .infinity, -.infinity, .nan, 0x1p31, -0x1p31, 2.0e9]
  static let integers: [Int32] = [0, 1, -1, 2, -2, 3, 7, -7, 100, 46341, 65536, .max, .min, .max - 1]
  static let bools: [UInt8] = [0, 1, 1, 0, 1]

  static func floatOps<F: Element & BinaryFloatingPoint>(
    _ values: [F], remainder: @escaping (F, F) -> F, power: @escaping (F, F) -> F
  ) throws {
    try unary(TAP_NEG, values) { -$0 }
    try unary(TAP_ABS, values) { abs($0) }
    try unary(TAP_SIGN, values) { (x: F) -> F in x > 0 ? 1 : x < 0 ? -1 : x }
    try unary(TAP_SQRT, values) { $0.squareRoot() }
    try unary(TAP_RSQRT, values) { 1 / $0.squareRoot() }
    try unary(TAP_RECIPROCAL, values) { 1 / $0 }
    try unary(TAP_FLOOR, values) { $0.rounded(.down) }
    try unary(TAP_CEIL, values) { $0.rounded(.up) }
    try unary(TAP_ROUND, values) { $0.rounded(.toNearestOrEven) }
    try binary(TAP_ADD, values) { $0 + $1 }
    try binary(TAP_SUB, values) { $0 - $1 }
    try binary(TAP_MUL, values) { $0 * $1 }
    try binary(TAP_DIV, values) { $0 / $1 }
    try binary(TAP_POW, values, power)
    try binary(TAP_REMAINDER, values) { (x: F, y: F) -> F in
      let rest = remainder(x, y)
      if rest == 0 { return y.sign == .minus ? -0.0 : 0 }
      return (rest < 0) != (y < 0) ? rest + y : rest
    }
  }

  static func orderedOps<E: Element>(_ values: [E]) throws {
    try binary(TAP_MAX, values) { $0 > $1 || $0 != $0 ? $0 : $1 }
    try binary(TAP_MIN, values) { $0 < $1 || $0 != $0 ? $0 : $1 }
    try binary(TAP_LESS, values) { UInt8($0 < $1 ? 1 : 0) }
    try binary(TAP_LESS_EQUAL, values) { UInt8($0 <= $1 ? 1 : 0) }
    try binary(TAP_EQUAL, values) { UInt8($0 == $1 ? 1 : 0) }
    try binary(TAP_NOT_EQUAL, values) { UInt8($0 != $1 ? 1 : 0) }
    for level in levels {
      let count = 777, width = MemoryLayout<E>.stride
      let mask = (0..<count).map { UInt8($0 % 3 == 1 ? 1 : 0) }
      let x = (0..<count).map { values[$0 % values.count] }, y = (0..<count).map { values[($0 / 2) % values.count] }
      let got = try apply(
        TAP_SELECT, E.dtype, to: E.self, level: level,
        operands: [(GuardedBuffer(mask), 1), (GuardedBuffer(x), width), (GuardedBuffer(y), width)],
        types: [TAP_BOOL, E.dtype, E.dtype], count: count)
      #expect(patterns(got) == patterns((0..<count).map { mask[$0] == 1 ? x[$0] : y[$0] }))
    }
  }

  @Test("Float32 arithmetic") func float32() throws {
    try Self.floatOps(Self.floats, remainder: { fmod($0, $1) }, power: { Float(pow(Double($0), Double($1))) })
  }
  @Test("Float64 arithmetic") func float64() throws {
    try Self.floatOps(Self.doubles, remainder: { fmod($0, $1) }, power: { pow($0, $1) })
  }
  @Test("Comparisons and choices") func ordered() throws {
    try Self.orderedOps(Self.floats)
    try Self.orderedOps(Self.doubles)
    try Self.orderedOps(Self.integers)
    try Self.orderedOps(Self.bools)
  }

  @Test("Float64 functions without vectors are the library's") func functions64() throws {
    let values = Self.doubles.filter { $0 != 0x1p-1030 } + [0.25, -0.75, 20]
    try Self.unary(TAP_ERF, values) { erf($0) }
    try Self.unary(TAP_SIN, values) { sin($0) }
    try Self.unary(TAP_COS, values) { cos($0) }
  }

  @Test("Int32 arithmetic wraps, division floors, and nothing traps") func int32() throws {
    func divide(_ x: Int32, _ y: Int32) -> Int32 {
      guard y != 0 else { return 0 }
      return Int32(truncatingIfNeeded: Int((Double(x) / Double(y)).rounded(.down)))
    }
    try Self.unary(TAP_NEG, Self.integers) { 0 &- $0 }
    try Self.unary(TAP_ABS, Self.integers) { $0 < 0 ? 0 &- $0 : $0 }
    try Self.unary(TAP_SIGN, Self.integers) { $0.signum() }
    try Self.binary(TAP_ADD, Self.integers) { $0 &+ $1 }
    try Self.binary(TAP_SUB, Self.integers) { $0 &- $1 }
    try Self.binary(TAP_MUL, Self.integers) { $0 &* $1 }
    try Self.binary(TAP_DIV, Self.integers, divide)
    try Self.binary(TAP_REMAINDER, Self.integers) { $1 == 0 ? 0 : $0 &- divide($0, $1) &* $1 }
    try Self.binary(TAP_POW, Self.integers.filter { $0 < 1000 }) { (x: Int32, y: Int32) -> Int32 in
      if y < 0 { return abs(Int(x)) == 1 ? (x < 0 && y % 2 != 0 ? -1 : 1) : 0 }
      return (0..<y).reduce(Int32(1)) { product, _ in product &* x }
    }
  }

  @Test("Bool logic") func bool() throws {
    try Self.binary(TAP_AND, Self.bools) { $0 & $1 }
    try Self.binary(TAP_OR, Self.bools) { $0 | $1 }
    try Self.binary(TAP_XOR, Self.bools) { $0 ^ $1 }
    try Self.unary(TAP_NOT, Self.bools) { 1 - $0 }
  }

  @Test("Casts truncate, saturate and take NaN to zero") func casts() throws {
    func whole(_ x: Double) -> Int32 { x.isNaN ? 0 : Int32(max(-0x1p31, min(0x1p31 - 1, x.rounded(.towardZero)))) }
    try Self.unary(TAP_CAST, Self.floats) { Double($0) }
    try Self.unary(TAP_CAST, Self.floats) { whole(Double($0)) }
    try Self.unary(TAP_CAST, Self.floats) { UInt8($0 != 0 ? 1 : 0) }
    try Self.unary(TAP_CAST, Self.floats) { $0 }
    try Self.unary(TAP_CAST, Self.doubles) { Float($0) }
    try Self.unary(TAP_CAST, Self.doubles) { whole($0) }
    try Self.unary(TAP_CAST, Self.doubles) { UInt8($0 != 0 ? 1 : 0) }
    try Self.unary(TAP_CAST, Self.integers) { Float($0) }
    try Self.unary(TAP_CAST, Self.integers) { Double($0) }
    try Self.unary(TAP_CAST, Self.integers) { UInt8($0 != 0 ? 1 : 0) }
    try Self.unary(TAP_CAST, Self.bools) { Float($0) }
    try Self.unary(TAP_CAST, Self.bools) { Double($0) }
    try Self.unary(TAP_CAST, Self.bools) { Int32($0) }
  }
}
