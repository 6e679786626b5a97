import TapestryGraph

/// What things of a drawing are filled with, on a light page and on a dark one.
///
/// Texts on every fill, and on the page, have a contrast of 4.5 to 1 or more in both. Phases differ in lightness as
/// well as in hue, and kinds in shape, so that no one needs to tell two hues apart.
package enum DrawingColor: String, CaseIterable, Sendable {
  case page, text, quiet, line, frame, shade
  case forward, gradient, update, given, kept, plain
  case cut, kernel, loop, peak

  /// The colors of a page as CSS writes them.
  package var hex: (light: String, dark: String) {
    switch self {
    case .page: ("#ffffff", "#14181c")
    case .text: ("#1b2429", "#eef2f4")
    case .quiet: ("#4d5a62", "#b3bfc6")
    case .line: ("#5b6b75", "#93a2ab")
    case .frame: ("#aab6bd", "#4c5a63")
    case .shade: ("#f4f6f8", "#1c2227")
    case .forward: ("#cfe4f7", "#1f4264")
    case .gradient: ("#fbd9bd", "#6b3a14")
    case .update: ("#e0d0f0", "#4b2f66")
    case .given: ("#d3edd4", "#1f4d2a")
    case .kept: ("#fbeab0", "#574411")
    case .plain: ("#e8ecef", "#2d363d")
    case .cut: ("#b3261e", "#ff9b90")
    case .kernel: ("#1f7a3a", "#6fce8b")
    case .loop: ("#8a2da5", "#d79be8")
    case .peak: ("#c62828", "#ff8a80")
    }
  }

  /// The colors texts are written in: those that are legible on every fill, on the page and on a cluster.
  package static let inks: [DrawingColor] = [.text]
  /// The colors of labels of clusters and axes: legible on the page and on a cluster.
  package static let labels: [DrawingColor] = [.text, .quiet, .cut, .kernel, .loop, .peak]
  /// What boxes are filled with.
  package static let fills: [DrawingColor] = [.forward, .gradient, .update, .given, .kept, .plain, .page]

  /// As a style names it.
  var css: String { "var(--tapestry-\(rawValue))" }

  /// The colors of both pages as custom properties of the drawings of a class.
  static var style: String {
    func list(_ hex: (DrawingColor) -> String) -> String {
      allCases.map { "--tapestry-\($0.rawValue):\(hex($0))" }.joined(separator: ";")
    }
    return ".tapestry-drawing{\(list { $0.hex.light })}"
      + "@media (prefers-color-scheme:dark){.tapestry-drawing{\(list { $0.hex.dark })}}"
  }
}

extension Phase {
  var fill: DrawingColor {
    switch self {
    case .forward: .forward
    case .gradient: .gradient
    case .update: .update
    }
  }
}
