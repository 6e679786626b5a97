import CTapestryKernels
import Foundation
import Testing

/// The functions of Float32 against the library's of Double, over patterns of bits spread evenly over all floats.
@Suite("Accuracy of the Float32 functions")
struct FunctionAccuracyTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let op: tap_tile_op
    let bound: Double
    let reference: @Sendable (Double) -> Double
    var testDescription: String { String(cString: tap_tile_op_name(op)) }
  }

  static let functions: [Function] = [
    Function(op: TAP_EXP, bound: 4) { exp($0) },
    Function(op: TAP_EXPM1, bound: 4) { expm1($0) },
    Function(op: TAP_LOG, bound: 4) { log($0) },
    Function(op: TAP_LOG1P, bound: 4) { log1p($0) },
    Function(op: TAP_TANH, bound: 4) { tanh($0) },
    Function(op: TAP_SIGMOID, bound: 4) { 1 / (1 + exp(-$0)) },
    Function(op: TAP_ERF, bound: 4) { erf($0) },
    Function(op: TAP_SIN, bound: 4) { sin($0) },
    Function(op: TAP_COS, bound: 4) { cos($0) },
    Function(op: TAP_SQRT, bound: 0.5) { $0.squareRoot() },
    Function(op: TAP_RSQRT, bound: 2) { 1 / $0.squareRoot() },
    Function(op: TAP_RECIPROCAL, bound: 0.5) { 1 / $0 },
    Function(op: TAP_FLOOR, bound: 0) { $0.rounded(.down) },
    Function(op: TAP_CEIL, bound: 0) { $0.rounded(.up) },
    Function(op: TAP_ROUND, bound: 0) { $0.rounded(.toNearestOrEven) },
  ]

  /// Every 4099th pattern, and the neighbourhood of special values.
  static let arguments: [Float] = {
    var patterns = stride(from: UInt64(0), to: 1 << 32, by: 4099).map { UInt32($0) }
    for special: Float in [0, 1, 0.5, 2, .pi, 88.7228, 87.3365, 103.97, 9.01, 0.625, 0.92, 4, 0x1p20, .infinity] {
      for d in UInt32(0)..<20 { patterns += [special, -special].map { $0.bitPattern &+ d &- 10 } }
    }
    return patterns.map { Float(bitPattern: $0) }
  }()

  /// The distance of a float from the true value, in units of the value's last place; infinity where the kinds differ.
  static func distance(_ got: Float, _ want: Double) -> Double {
    if want.isNaN || got.isNaN { return want.isNaN && got.isNaN ? 0 : .infinity }
    let nearest = Float(want)
    if got == nearest { return got == 0 && got.sign != want.sign ? .infinity : got.isInfinite ? 0 : error() }
    if got.isInfinite || nearest.isInfinite { return .infinity }
    return error()
    func error() -> Double { abs(Double(got) - want) / Double(nearest.ulp) }
  }

  @Test("Within the bound over the whole range, at every level", arguments: functions)
  func accuracy(function: Function) throws {
    let x = Self.arguments
    let want = x.map { function.reference(Double($0)) }
    for level in levels {
      let table = try #require(tap_table_of(level)).pointee
      var got = [Float](repeating: 0, count: x.count)
      table.apply_f32(function.op, x, &got, Int64(x.count))
      var worst = (distance: -1.0, x: Float(0), got: Float(0))
      for i in x.indices {
        let distance = Self.distance(got[i], want[i])
        if distance > worst.distance { worst = (distance, x[i], got[i]) }
      }
      #expect(worst.distance <= function.bound, "\(worst) at level \(level.rawValue)")
    }
  }

  @Test("An element's result does not depend on its place", arguments: functions)
  func places(function: Function) throws {
    let x = Array(Self.arguments.suffix(700))
    for level in levels {
      let table = try #require(tap_table_of(level)).pointee
      var whole = [Float](repeating: 0, count: x.count)
      table.apply_f32(function.op, x, &whole, Int64(x.count))
      for first in [1, 333, 695] {
        var part = [Float](repeating: 0, count: x.count - first)
        table.apply_f32(function.op, Array(x[first...]), &part, Int64(part.count))
        #expect(patterns(part) == patterns(Array(whole[first...])))
      }
    }
  }

  @Test("An element's result does not depend on its neighbours", arguments: [TAP_SIN, TAP_COS])
  func neighbours(op: tap_tile_op) throws {
    for level in levels {
      let table = try #require(tap_table_of(level)).pointee
      let near: [Float] = (0..<100).map { Float($0) * 1234.5 - 60_000 }
      var alone = [Float](repeating: 0, count: 100)
      var mixed = [Float](repeating: 0, count: 101)
      table.apply_f32(op, near, &alone, 100)
      table.apply_f32(op, near + [0x1p40], &mixed, 101)
      #expect(patterns(alone) == patterns(Array(mixed.dropLast())))
    }
  }
}

/// The vector functions of Float64 against the library's, which are within one unit in the last place themselves.
@Suite("Accuracy of the Float64 functions")
struct DoubleFunctionAccuracyTests {
  static let functions: [FunctionAccuracyTests.Function] = [
    .init(op: TAP_EXP, bound: 2) { exp($0) },
    .init(op: TAP_EXPM1, bound: 3) { expm1($0) },
    .init(op: TAP_LOG, bound: 2) { log($0) },
    .init(op: TAP_LOG1P, bound: 3) { log1p($0) },
    .init(op: TAP_TANH, bound: 4) { tanh($0) },
    .init(op: TAP_SIGMOID, bound: 4) { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) },
  ]

  /// Bits spread over all doubles, usual arguments, and the neighbourhood of special values and of the limits.
  static let arguments: [Double] = {
    var dice = Dice(64)
    var values = (0..<20_000).map { _ in Double(bitPattern: dice.next()) }
    for scale in [0.01, 3, 40, 745] { values += dice.doubles(20_000, scale: scale) }
    values += dice.doubles(20_000, scale: 0.5).map { 1 + $0 }
    let specials: [Double] = [
      0, 0x1p-1074, 0x1p-1022, 0x1p-54, 1, 0.5, 2, 19.06, 36.7, 40, 708.396, 709.7827, 745.1332, 0x1p55, .infinity,
    ]
    for special in specials {
      for d in UInt64(0)..<20 { values += [special, -special].map { Double(bitPattern: $0.bitPattern &+ d &- 10) } }
    }
    return values
  }()

  static func distance(_ got: Double, _ want: Double) -> Double {
    if want.isNaN || got.isNaN { return want.isNaN && got.isNaN ? 0 : .infinity }
    if got == want { return got == 0 && got.sign != want.sign ? .infinity : 0 }
    // The library's result may be on the other side of a rounding to infinity.
    if want.isInfinite { return got == .greatestFiniteMagnitude * (want > 0 ? 1 : -1) ? 1 : .infinity }
    return got.isInfinite ? .infinity : abs(got - want) / want.ulp
  }

  @Test("Within the bound over the whole range, at every level", arguments: functions)
  func accuracy(function: FunctionAccuracyTests.Function) throws {
    let x = Self.arguments
    let want = x.map(function.reference)
    for level in levels {
      let got = try ElementOpTests.apply(
        function.op, TAP_F64, to: Double.self, level: level, operands: [(GuardedBuffer(x), 8)], types: [TAP_F64],
        count: x.count)
      var worst = (distance: -1.0, x: 0.0, got: 0.0)
      for i in x.indices {
        let distance = Self.distance(got[i], want[i])
        if distance > worst.distance { worst = (distance, x[i], got[i]) }
      }
      #expect(worst.distance <= function.bound, "\(worst) at level \(level.rawValue)")
    }
  }

  @Test("An element's result does not depend on its place", arguments: functions)
  func places(function: FunctionAccuracyTests.Function) throws {
    for level in levels {
      let x = Array(Self.arguments.suffix(700))
      let whole = try ElementOpTests.apply(
        function.op, TAP_F64, to: Double.self, level: level, operands: [(GuardedBuffer(x), 8)], types: [TAP_F64],
        count: x.count)
      for first in [1, 333, 695] {
        let part = Array(x[first...])
        let got = try ElementOpTests.apply(
          function.op, TAP_F64, to: Double.self, level: level, operands: [(GuardedBuffer(part), 8)], types: [TAP_F64],
          count: part.count)
        #expect(patterns(got) == patterns(Array(whole[first...])))
      }
    }
  }
}
