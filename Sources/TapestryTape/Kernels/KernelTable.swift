package import CTapestryKernels

/// The vector kernels of one instruction set.
///
/// `@unchecked Sendable`: the table is a constant of the program.
package struct KernelTable: @unchecked Sendable {
  package let table: UnsafePointer<tap_table>

  /// The kernels of a level, or nil where this machine lacks it.
  package init?(_ level: tap_level) {
    guard let table = tap_table_of(level) else { return nil }
    self.table = table
  }

  /// The best this machine has; `TAPESTRY_LEVEL` can force a lower one.
  package static let best = KernelTable(tap_best_level())!

  /// Every table of this machine, the plainest first.
  package static var all: [KernelTable] {
    (0..<TAP_LEVEL_COUNT.rawValue).compactMap { KernelTable(tap_level(rawValue: $0)) }
  }

  /// The name of the instruction set.
  package var name: String { String(cString: table.pointee.name) }

  /// Runs units `begin ..< end` of a call.
  func run(_ kernel: tap_kernel, _ call: UnsafePointer<tap_call>, _ begin: Int, _ end: Int) {
    tap_run(table, kernel, call, Int64(begin), Int64(end))
  }
}
