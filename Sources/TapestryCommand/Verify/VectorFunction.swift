import CTapestryKernels
import Foundation

/// A float32 function of the kernels and what it should give.
struct VectorFunction: Sendable {
  /// A part of the arguments measured on its own.
  struct Range: Sendable {
    let name: String
    let contains: @Sendable (Float) -> Bool
  }

  let op: tap_tile_op
  let ranges: [Range]
  /// The value in double precision.
  let reference: @Sendable (Double) -> Double

  var name: String { String(cString: tap_tile_op_name(op)) }

  private static let whole = [Range(name: "all") { _ in true }]
  /// The kernels reduce arguments up to 2^20 in vectors and send the others to a slow path.
  private static let angles = [
    Range(name: "|x| <= 2^20") { abs($0) <= 0x1p20 }, Range(name: "beyond") { !(abs($0) <= 0x1p20) },
  ]

  static let all = [
    VectorFunction(op: TAP_EXP, ranges: whole) { exp($0) },
    VectorFunction(op: TAP_LOG, ranges: whole) { log($0) },
    VectorFunction(op: TAP_EXPM1, ranges: whole) { expm1($0) },
    VectorFunction(op: TAP_LOG1P, ranges: whole) { log1p($0) },
    VectorFunction(op: TAP_TANH, ranges: whole) { tanh($0) },
    VectorFunction(op: TAP_SIGMOID, ranges: whole) { 1 / (1 + exp(-$0)) },
    VectorFunction(op: TAP_ERF, ranges: whole) { erf($0) },
    VectorFunction(op: TAP_SIN, ranges: angles) { sin($0) },
    VectorFunction(op: TAP_COS, ranges: angles) { cos($0) },
  ]
}
