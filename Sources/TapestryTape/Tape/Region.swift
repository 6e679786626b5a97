package import CTapestryKernels
package import TapestryCore

/// An iteration space with strided operands and the tile program that runs over it: `tap_region` as a Swift value.
///
/// Axes are ordered as the kernels want them: kept axes, reduced axes, and for a reduction along rows one kept column.
package struct Region: Sendable {
  package var extents: [Int]
  package var kept: Int
  package var reduced: Int
  /// For each operand its stride along each axis, in elements.
  package var strides: [[Int]]
  package var program: TileProgram

  package init(extents: [Int], kept: Int, reduced: Int, strides: [[Int]], program: TileProgram) {
    self.extents = extents
    self.kept = kept
    self.reduced = reduced
    self.strides = strides
    self.program = program
  }

  package var rank: Int { extents.count }
}

/// A tile program: sections of register instructions. See the kernel contract for what each means.
package struct TileProgram: Sendable {
  package var sections: [tap_section] = []
  package var instructions: [tap_tile_instr] = []
  package var immediates: [UInt64] = []
  package var registers = 0
  /// Bytes of the widest element in a register.
  package var elementBytes = 4

  package init() {}
}

extension DType {
  /// The kernels' number for the type; the order is the same.
  package var kernelType: tap_dtype { tap_dtype(rawValue: rawValue) }
}
