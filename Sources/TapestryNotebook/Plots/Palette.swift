// Series are told apart by the colours of M. Okabe and K. Ito ("Color universal design", 2008), which differ for people
// with any of the common kinds of colour blindness. On paper the lightest of them would hardly show, and in the dark the
// darkest, so each mode has values of its own, of the same hues, with a contrast of 3 and more to the background. Texts
// are never set in them: they have the colour of ink, with a contrast of 4.5 and more (WCAG 2.2, 1.4.3 and 1.4.11).

/// A colour by its red, green and blue, each in 0...255.
package struct RGB: Sendable, Hashable {
  package let red: Int
  package let green: Int
  package let blue: Int

  /// A colour from `0xRRGGBB`.
  package init(_ hex: Int) {
    red = hex >> 16 & 255
    green = hex >> 8 & 255
    blue = hex & 255
  }

  /// `#rrggbb`.
  package var text: String {
    let digits = String(red << 16 | green << 8 | blue, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// How light it is, in 0...1: the relative luminance of WCAG.
  package var luminance: Double {
    func linear(_ channel: Int) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The contrast of two colours, 1...21.
  package func contrast(to other: RGB) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// The colour a part of the way to another one.
  func mixed(with other: RGB, _ part: Double) -> RGB {
    func channel(_ a: Int, _ b: Int) -> Int { Int((Double(a) + (Double(b) - Double(a)) * part).rounded()) }
    return RGB(channel(red, other.red) << 16 | channel(green, other.green) << 8 | channel(blue, other.blue))
  }
}

/// The colours of figures and pages in one mode.
package struct Palette: Sendable {
  package let paper: RGB
  package let ink: RGB
  package let muted: RGB
  package let grid: RGB
  package let series: [RGB]

  package static let light = Palette(
    paper: RGB(0xffffff), ink: RGB(0x1b1f24), muted: RGB(0x57606a), grid: RGB(0xd8dee4),
    series: [0x0072b2, 0xd55e00, 0x009e73, 0xb8578f, 0xa87400, 0x3a87b7, 0x4d4d4d].map(RGB.init))
  package static let dark = Palette(
    paper: RGB(0x161b22), ink: RGB(0xe6edf3), muted: RGB(0x9aa4af), grid: RGB(0x3d444d),
    series: [0x56b4e9, 0xf0883e, 0x16a37c, 0xdc93bd, 0xe6b422, 0x7d9fd6, 0xc8c8c8].map(RGB.init))

  /// The style sheet of every figure. Class names begin with `tp-`, so that figures may share a page.
  package static let style =
    rules(light) + "@media (prefers-color-scheme: dark) {\n" + rules(dark) + "}\n"

  private static func rules(_ p: Palette) -> String {
    var text =
      ".tp-paper { fill: \(p.paper.text); }\n.tp-ink { fill: \(p.ink.text); }\n.tp-muted { fill: \(p.muted.text); }\n"
      + ".tp-axis { stroke: \(p.muted.text); fill: none; }\n.tp-grid { stroke: \(p.grid.text); fill: none; }\n"
      + ".tp-field { fill: \(p.ink.text); }\n"
    for (place, color) in p.series.enumerated() {
      text += ".tp-line\(place) { stroke: \(color.text); fill: none; }\n.tp-fill\(place) { fill: \(color.text); }\n"
    }
    return text
  }
}
