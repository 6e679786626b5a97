/// Turns moments of some work into the text to write, which is empty where a moment is to be passed over.
///
/// Three renderers serve three kinds of standard error. Each is a value that remembers only what it has written, takes
/// the time from the moment and writes nowhere itself, so a test feeds moments and compares text.
/// The redrawn line must never reach the window's last column: a terminal that wraps there leaves a copy of the line
/// behind at every redraw. What does not fit is given up in this order: the bar's length, the bar, the rate, the time,
/// the end of the metrics; the label and the percentage stay longest.
package protocol ProgressRenderer: Sendable {
  /// The text to write for a moment.
  mutating func text(for moment: ProgressMoment) -> String
  /// The text that ends a line left half-way, when the work was given up.
  mutating func textWhenAbandoned() -> String
}

extension ProgressStyle {
  /// A renderer of this style for one piece of work.
  package func makeRenderer() -> any ProgressRenderer {
    switch self {
    case .redrawn(let width, let colored): RedrawingRenderer(width: width, colored: colored)
    case .sparse(let width): SparseRenderer(width: width)
    case .plain: PlainRenderer()
    }
  }
}

/// One line, drawn anew with a carriage return, ten times a second at most.
package struct RedrawingRenderer: ProgressRenderer {
  private let width: Int
  private let colored: Bool
  private var lastElapsed: Double?
  private var lastWidth = 0
  private var isOpen = false

  package init(width: Int, colored: Bool) {
    self.width = width
    self.colored = colored
  }

  package mutating func text(for moment: ProgressMoment) -> String {
    if let lastElapsed, !moment.isLast, moment.elapsed - lastElapsed < 0.1 { return "" }
    lastElapsed = moment.elapsed
    let line = ProgressLayout(moment, width: width - 1)
    // Blanks wipe what a longer line left; unlike an escape sequence they work on every terminal that knows a return.
    let blanks = String(repeating: " ", count: Swift.max(0, lastWidth - line.width))
    lastWidth = line.width
    isOpen = !moment.isLast
    return "\r" + line.text(colored: colored) + blanks + (moment.isLast ? "\n" : "")
  }

  package mutating func textWhenAbandoned() -> String {
    defer { isOpen = false }
    return isOpen ? "\n" : ""
  }
}

/// Whole lines: after each quarter of the work but the last, when two seconds or more have passed since the last line,
/// and at the end.
package struct SparseRenderer: ProgressRenderer {
  private let width: Int
  private var lastElapsed = 0.0
  private var lastQuarter = 0

  package init(width: Int) { self.width = width }

  package mutating func text(for moment: ProgressMoment) -> String {
    // The fourth quarter is the last moment's. Work of unknown length counts a quarter each ten seconds.
    let quarter = Int(moment.fraction.map { Swift.min($0 * 4, 3) } ?? Swift.min(moment.elapsed / 10, 1e9))
    guard moment.isLast || (quarter > lastQuarter && moment.elapsed - lastElapsed >= 2) else { return "" }
    lastQuarter = quarter
    lastElapsed = moment.elapsed
    let parts = [moment.percentText, moment.countText, moment.timeText, moment.metrics]
    let line = moment.label + ":" + parts.filter { !$0.isEmpty }.map { "  " + $0 }.joined()
    return truncated(line, to: width - 1) + "\n"
  }

  package mutating func textWhenAbandoned() -> String { "" }
}

/// One line at the end: label, count and metrics, no times and no control characters.
package struct PlainRenderer: ProgressRenderer {
  package init() {}

  package mutating func text(for moment: ProgressMoment) -> String {
    guard moment.isLast else { return "" }
    let metrics = moment.metrics.isEmpty ? "" : ", " + moment.metrics
    return "\(moment.label): \(moment.countText)\(metrics)\n"
  }

  package mutating func textWhenAbandoned() -> String { "" }
}
