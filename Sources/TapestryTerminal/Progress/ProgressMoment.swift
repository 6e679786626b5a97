/// What there is to say of some work at one moment, and its pieces as text, which never hold control characters.
package struct ProgressMoment: Sendable {
  package let label: String
  package let unit: String
  package var done: Int
  /// How much there is to do; nil where nobody knows.
  package let total: Int?
  /// Seconds since the work began.
  package var elapsed: Double
  /// What trails the line, such as `loss 0.31`.
  package var metrics: String { didSet { metrics = withoutControls(metrics) } }
  package var isLast: Bool

  package init(
    label: String, unit: String, done: Int, total: Int?, elapsed: Double, metrics: String, isLast: Bool
  ) {
    self.label = withoutControls(label)
    self.unit = withoutControls(unit)
    self.done = done
    self.total = total
    self.elapsed = elapsed
    self.metrics = withoutControls(metrics)
    self.isLast = isLast
  }

  /// The part done in 0...1, nil where the total is not known.
  package var fraction: Double? {
    guard let total else { return nil }
    return total <= 0 ? 1 : Double(Swift.min(Swift.max(done, 0), total)) / Double(total)
  }

  /// ` 42%`, or nothing where the total is not known.
  package var percentText: String {
    guard let fraction else { return "" }
    // Rounded down, so that 100% means complete.
    let percent = String(Int(fraction * 100))
    return String(repeating: " ", count: 3 - percent.count) + percent + "%"
  }

  /// `45/90 batches`, or `45 batches` where the total is not known.
  package var countText: String {
    let count = total.map { "\(done)/\($0)" } ?? "\(done)"
    return unit.isEmpty ? count : count + " " + unit
  }

  /// `1.2k batches/s`, or nothing before the first.
  package var rateText: String {
    guard done > 0, elapsed > 0 else { return "" }
    return shortNumber(Double(done) / elapsed) + (unit.isEmpty ? "/s" : " \(unit)/s")
  }

  /// `0:12 left` while there is a way to tell, `in 0:30` at the end.
  package var timeText: String {
    if isLast { return "in " + clockText(elapsed) }
    guard let total, let fraction, done > 0, done < total else { return "" }
    return clockText(elapsed / fraction - elapsed) + " left"
  }
}

/// Three leading digits and a letter for thousands: `0.25`, `31`, `1.2k`, `45M`.
package func shortNumber(_ value: Double) -> String {
  guard value.isFinite else { return "?" }
  var scaled = value
  var letters = Substring("kMGTPE")
  var suffix = ""
  while scaled >= 999.5, let letter = letters.popFirst() {
    scaled /= 1000
    suffix = String(letter)
  }
  if scaled >= 9.95 { return "\(Int(Swift.min(scaled.rounded(), 1e15)))\(suffix)" }
  let digits: Double = scaled >= 0.995 ? 10 : 100
  let rounded = (scaled * digits).rounded() / digits
  return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + suffix
}

/// Seconds as `0:07`, `12:30` or `3:05:00`; a longer span than a hundred hours is `>99h`.
package func clockText(_ seconds: Double) -> String {
  guard seconds < 360_000 else { return ">99h" }
  let whole = Int(Swift.max(0, seconds).rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  let tail = rest < 10 ? "0\(rest)" : "\(rest)"
  guard hours > 0 else { return "\(minutes):\(tail)" }
  return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
}
