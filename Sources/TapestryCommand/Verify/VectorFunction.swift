package import CTapestryKernels
import Foundation

/// A float32 function of the kernels and what it should give.
package struct VectorFunction: Sendable {
  /// A part of the arguments measured on its own.
  package struct Range: Sendable {
    package let name: String
    package let contains: @Sendable (Float) -> Bool

    package init(name: String, contains: @escaping @Sendable (Float) -> Bool) {
      self.name = name
      self.contains = contains
    }
  }

  /// What the value at -x is to the value at x.
  package enum Symmetry: Sendable { case none, odd, even }

  package let op: tap_tile_op
  package let ranges: [Range]
  package let symmetry: Symmetry
  /// The value in double precision.
  package let reference: @Sendable (Double) -> Double

  package init(
    op: tap_tile_op, ranges: [Range], symmetry: Symmetry = .none, reference: @escaping @Sendable (Double) -> Double
  ) {
    self.op = op
    self.ranges = ranges
    self.symmetry = symmetry
    self.reference = reference
  }

  package var name: String { String(cString: tap_tile_op_name(op)) }

  private static let whole = [Range(name: "all") { _ in true }]
  /// The kernels reduce arguments up to 2^20 in vectors and send the others to a slow path.
  private static let angles = [
    Range(name: "|x| <= 2^20") { abs($0) <= 0x1p20 }, Range(name: "beyond") { !(abs($0) <= 0x1p20) },
  ]

  package static let all = [
    VectorFunction(op: TAP_EXP, ranges: whole) { exp($0) },
    VectorFunction(op: TAP_LOG, ranges: whole) { log($0) },
    VectorFunction(op: TAP_EXPM1, ranges: whole) { expm1($0) },
    VectorFunction(op: TAP_LOG1P, ranges: whole) { log1p($0) },
    VectorFunction(op: TAP_TANH, ranges: whole, symmetry: .odd) { tanh($0) },
    VectorFunction(op: TAP_SIGMOID, ranges: whole) { 1 / (1 + exp(-$0)) },
    VectorFunction(op: TAP_ERF, ranges: whole, symmetry: .odd) { erf($0) },
    VectorFunction(op: TAP_SIN, ranges: angles, symmetry: .odd) { sin($0) },
    VectorFunction(op: TAP_COS, ranges: angles, symmetry: .even) { cos($0) },
  ]
}
