import Foundation

/// Writes text to standard error, unbuffered, as one piece. Where standard error is closed or full the text is lost: no
/// work ends because its progress cannot be shown.
package func writeToStandardError(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Foundation.Data(text.utf8))
}

extension ProgressStyle {
  /// The style for this process's standard error.
  package static func forStandardError() -> ProgressStyle {
    let environment = ProcessInfo.processInfo.environment
    return chosen(
      isTerminal: isatty(STDERR_FILENO) != 0, term: environment["TERM"], noColor: environment["NO_COLOR"],
      width: windowWidth(of: STDERR_FILENO) ?? environment["COLUMNS"].flatMap { Int($0) })
  }

  /// Columns of the window behind a terminal, nil where the system does not say.
  private static func windowWidth(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
