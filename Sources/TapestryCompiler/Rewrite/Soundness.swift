/// What a rewrite rule keeps of the values it rewrites.
package enum Soundness: String, Sendable, CaseIterable {
  /// Every bit: not-a-number stays not-a-number (its payload is nobody's), infinities and the sign of zero stay.
  case exact
  /// Not-a-number and infinities stay; a finite result moves by a few roundings, within the bound stated for
  /// optimised programs: |a - b| / max(|b|, rms(b)). The sign of a zero that a sum gives is not kept.
  case reassociates
  /// As `reassociates` for finite values. A factor is applied to a sum instead of its terms: where it is not finite, or
  /// the sum overflows without it, which of infinity and not-a-number comes may differ. A sum of no terms is 0.
  case distributes
  /// The result moves towards the one of exact arithmetic: where the original form loses digits or overflows, the new
  /// one does not; elsewhere they agree within the bound.
  case stabilizes
  /// Every bit of a finite result, up to the order of a sum: products with zeros the program itself puts in are not
  /// made, so what is not finite on the other side of such a zero does not come through.
  case skipsZeros
}
