// Series are told apart by the colours of M. Okabe and K. Ito ("Color universal design", 2008), which differ for people
// with any of the common kinds of colour blindness. On paper the lightest of them would hardly show, and in the dark the
// darkest, so each mode has values of its own, of the same hues, with a contrast of 3 and more to the background. Texts
// are never set in them: they have the colour of ink, with a contrast of 4.5 and more (WCAG 2.2, 1.4.3 and 1.4.11).

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
      // From the fifth line on, dashes tell apart what hues alone would not.
      let dashes = place < 4 ? "" : " stroke-dasharray: \(["7 3", "2 3", "9 3 2 3"][(place - 4) % 3]);"
      text +=
        ".tp-line\(place) { stroke: \(color.text); fill: none;\(dashes) }\n.tp-fill\(place) { fill: \(color.text); }\n"
    }
    return text
  }
}
