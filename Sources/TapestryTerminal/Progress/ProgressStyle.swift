/// How progress is shown, chosen once from what standard error is.
package enum ProgressStyle: Hashable, Sendable {
  /// A terminal: one line, redrawn in place, at most `width` columns.
  case redrawn(width: Int, colored: Bool)
  /// A terminal that cannot move its cursor: whole lines at sparse moments.
  case sparse(width: Int)
  /// A file or a pipe: one line when the work is complete, with no times in it, so that two runs give equal files.
  case plain

  /// The style for a stream.
  ///
  /// - Parameters:
  ///   - isTerminal: whether the stream is a terminal.
  ///   - term: the environment's `TERM`; nil, empty and `dumb` mean that the cursor cannot be moved.
  ///   - noColor: the environment's `NO_COLOR`; any text but the empty one forbids color.
  ///   - width: columns of the window, nil where unknown; then 80.
  package static func chosen(isTerminal: Bool, term: String?, noColor: String?, width: Int?) -> ProgressStyle {
    guard isTerminal else { return .plain }
    let columns = width.flatMap { $0 > 0 ? $0 : nil } ?? 80
    guard let term, !term.isEmpty, term != "dumb" else { return .sparse(width: columns) }
    return .redrawn(width: columns, colored: (noColor ?? "").isEmpty)
  }
}
