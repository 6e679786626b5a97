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
