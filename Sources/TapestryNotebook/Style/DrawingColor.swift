import TapestryGraph

/// What things of a drawing are filled with, on a light page and on a dark one.
///
/// Texts on every fill, and on the page, have a contrast of 4.5 to 1 or more in both. Phases differ in lightness as
/// well as in hue, and kinds in shape, so that no one needs to tell two hues apart.
package enum DrawingColor: String, CaseIterable, Sendable {
  case page, text, quiet, line, frame, shade
  case forward, gradient, update, given, kept, plain
  case cut, kernel, loop, peak

  /// The color on a light page and on a dark one.
  package var tones: (light: RGB, dark: RGB) {
    switch self {
    case .page: (Palette.light.paper, Palette.dark.paper)
    case .text: (Palette.light.ink, Palette.dark.ink)
    case .quiet: (RGB(0x4d5a62), RGB(0xb3bfc6))
    case .line: (RGB(0x5b6b75), RGB(0x93a2ab))
    case .frame: (RGB(0xaab6bd), RGB(0x4c5a63))
    case .shade: (RGB(0xf4f6f8), RGB(0x1c2227))
    case .forward: (RGB(0xcfe4f7), RGB(0x1f4264))
    case .gradient: (RGB(0xfbd9bd), RGB(0x6b3a14))
    case .update: (RGB(0xe0d0f0), RGB(0x4b2f66))
    case .given: (RGB(0xd3edd4), RGB(0x1f4d2a))
    case .kept: (RGB(0xfbeab0), RGB(0x574411))
    case .plain: (RGB(0xe8ecef), RGB(0x2d363d))
    case .cut: (RGB(0xb3261e), RGB(0xff9b90))
    case .kernel: (RGB(0x1f7a3a), RGB(0x6fce8b))
    case .loop: (RGB(0x8a2da5), RGB(0xd79be8))
    case .peak: (RGB(0xc62828), RGB(0xff8a80))
    }
  }

  /// The colors of labels of clusters and axes: legible on the page and on a cluster.
  package static let labels: [DrawingColor] = [.text, .quiet, .cut, .kernel, .loop, .peak]
  /// What boxes are filled with.
  package static let fills: [DrawingColor] = [.forward, .gradient, .update, .given, .kept, .plain, .page]

  /// As a style names it.
  var css: String { "var(--tapestry-\(rawValue))" }

  /// The colors of both pages as custom properties of the drawings of a class.
  static var style: String {
    func list(_ tone: (DrawingColor) -> RGB) -> String {
      allCases.map { "--tapestry-\($0.rawValue):\(tone($0).text)" }.joined(separator: ";")
    }
    return ".tapestry-drawing{\(list { $0.tones.light })}"
      + "@media (prefers-color-scheme:dark){.tapestry-drawing{\(list { $0.tones.dark })}}"
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
