import OpKit
import Testing

extension GradientCheck {
  /// Holds first and second order, and forward mode, to central differences.
  func run(_ what: String, tolerance: Double = 1e-6) throws {
    guard let errors = try errors() else { return }
    #expect(errors.first <= tolerance, "\(what), first order")
    #expect(errors.second <= tolerance * 10, "\(what), second order")
    #expect(errors.forward <= 1e-9, "\(what), forward mode")
  }
}

/// Expects two numbers to agree within a tolerance relative to the larger of 1 and their size.
func expectClose(
  _ a: Double, _ b: Double, _ tolerance: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(a - b) <= tolerance * max(1, abs(b)), "\(what): \(a) against \(b)", sourceLocation: sourceLocation)
}
