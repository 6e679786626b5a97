/// The pieces of a redrawn line that fit its width.
struct ProgressLayout {
  private let before: String
  private let bar: (filled: Int, length: Int)?
  private let after: String

  private static let shortestBar = 8
  private static let longestBar = 24

  init(_ moment: ProgressMoment, width: Int) {
    let head = moment.label
    let required = [moment.percentText, moment.total == nil ? moment.countText : ""]
    let everything = required + [moment.rateText, moment.timeText, moment.metrics]
    let choices = [everything, required + [moment.timeText, moment.metrics], required + [moment.metrics]]
    func joined(_ pieces: [String]) -> String { pieces.filter { !$0.isEmpty }.map { "  " + $0 }.joined() }

    let tail = joined(everything)
    let room = width - displayWidth(of: head) - displayWidth(of: tail) - "  []".count
    if let fraction = moment.fraction, room >= ProgressLayout.shortestBar {
      let length = Swift.min(room, ProgressLayout.longestBar)
      before = head + "  "
      bar = (Int(fraction * Double(length)), length)
      after = tail
      return
    }
    bar = nil
    after = ""
    let lines = choices.map { head + joined($0) }
    before = truncated(lines.first { displayWidth(of: $0) <= width } ?? lines[2], to: width)
  }

  /// Columns the line takes.
  var width: Int { displayWidth(of: before) + (bar.map { $0.length + 2 } ?? 0) + displayWidth(of: after) }

  /// The line; `colored` sets the filled part of the bar in green.
  func text(colored: Bool) -> String {
    guard let bar else { return before + after }
    let filled = String(repeating: "=", count: bar.filled)
    let blank = String(repeating: " ", count: bar.length - bar.filled)
    return before + "[" + (colored && bar.filled > 0 ? "\u{1B}[32m\(filled)\u{1B}[0m" : filled) + blank + "]" + after
  }
}
