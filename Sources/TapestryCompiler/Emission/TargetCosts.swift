import TapestryTape

/// What work costs on a target: fixed figures, never measured while compiling, so that a plan is the same everywhere.
package struct TargetCosts: Sendable, Hashable {
  /// Multiply-adds count two.
  package let flopsPerNanosecond: Double
  package let bytesPerNanosecond: Double
  /// Nanoseconds of work from which waking the team pays.
  package let worthSharing: Double

  package init(flopsPerNanosecond: Double, bytesPerNanosecond: Double, worthSharing: Double) {
    self.flopsPerNanosecond = flopsPerNanosecond
    self.bytesPerNanosecond = bytesPerNanosecond
    self.worthSharing = worthSharing
  }

  /// Elements of a matrix that has a place in the second cache of a core.
  static let nearElements = 1 << 17

  package static let portable = TargetCosts(flopsPerNanosecond: 60, bytesPerNanosecond: 10, worthSharing: 10_000)

  /// What an instruction takes on one core.
  func nanoseconds(_ instruction: Instruction) -> Double {
    max(Double(instruction.flops) / flopsPerNanosecond, Double(instruction.bytes) / bytesPerNanosecond)
  }
}
