import Foundation

// Ticks stand at multiples of 1, 2 or 5 times a power of ten. The step is the smallest of those that gives no more ticks
// than asked for; all labels of an axis have the same count of digits after the point, as many as the step needs. A
// logarithmic axis has ticks at powers of ten, at 1, 2 and 5 times those when it spans less than three, and at every
// second or third power when it spans many; those of more than five powers are labelled by their exponents.

/// A place on an axis and what is written there.
package struct Tick: Sendable, Hashable {
  package let value: Double
  package let label: String
}

/// Where a linear axis over `low...high` is labelled; at most `count` ticks, all within it.
package func linearTicks(_ low: Double, _ high: Double, count: Int) -> [Tick] {
  guard high > low else { return [Tick(value: low, label: tickLabel(low, step: 1))] }
  let step = roundStep(for: (high - low) / Double(max(count, 1)))
  let slack = step * 1e-9
  let (first, last) = (((low - slack) / step).rounded(.up), ((high + slack) / step).rounded(.down))
  guard first <= last else { return [] }
  return (0...Int(last - first)).map { place in
    let value = (first + Double(place)) * step
    return Tick(value: value, label: tickLabel(value, step: step))
  }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `least`.
func roundStep(for least: Double) -> Double {
  let unit = pow(10, log10(least).rounded(.down))
  return [1, 2, 5, 10].map { $0 * unit }.first { $0 >= least * (1 - 1e-9) } ?? 10 * unit
}

/// Where a logarithmic axis over positive `low...high` is labelled.
package func logarithmicTicks(_ low: Double, _ high: Double, count: Int) -> [Tick] {
  let (first, last) = (log10(low), log10(high))
  let decades = last - first
  let factors: [Double] = decades < 1.5 ? [1, 2, 5] : [1]
  let stride = max(1, Int((decades / Double(max(count, 1))).rounded(.up)))
  var ticks: [Tick] = []
  for exponent in Int(first.rounded(.down))...Int(last.rounded(.up)) where exponent.isMultiple(of: stride) {
    for factor in factors {
      let value = factor * pow(10, Double(exponent))
      guard value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) else { continue }
      let label = decades > 5 && exponent != 0 ? "1e\(exponent)" : tickLabel(value, step: value)
      ticks.append(Tick(value: value, label: label))
    }
  }
  return ticks.count >= 2 ? ticks : linearTicks(low, high, count: count)
}

/// A value as it stands beside a tick, with the digits a step needs.
func tickLabel(_ value: Double, step: Double) -> String {
  let size = max(abs(value), step)
  if size >= 1e6 || step < 1e-4 {
    if value == 0 { return "0" }
    return short(String(format: "%.\(max(0, significant(value, step) - 1))e", value))
  }
  return decimal(value == 0 ? 0 : value, max(0, Int(-log10(step * 1.0001).rounded(.down))))
}

/// How many digits tell a value from its neighbours.
private func significant(_ value: Double, _ step: Double) -> Int {
  max(1, Int(log10(abs(value)).rounded(.down)) - Int(log10(step * 1.0001).rounded(.down)) + 1)
}

/// `1.0e-05` as `1e-5`.
private func short(_ text: String) -> String {
  let parts = text.split(separator: "e")
  guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
  var digits = String(parts[0])
  if digits.contains(".") {
    while digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
  }
  return "\(digits)e\(exponent)"
}
