import TapestryGraph

/// A coordinate with at most two digits after the point.
func coordinate(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  guard hundredths % 100 != 0 else { return String(hundredths / 100) }
  let text = decimal(Double(hundredths) / 100, 2)
  return text.hasSuffix("0") ? String(text.dropLast()) : text
}

/// An SVG picture under construction. It remembers where texts stand, so that a layout can be checked.
struct SVGCanvas {
  /// How wide every figure is, in units of the drawing: as many pixels on a wide page, fewer on a phone.
  static let standardWidth = 460.0
  /// The size of labels.
  static let textSize = 12.0

  enum Anchor: String { case start, middle, end }

  let width: Double
  var height: Double
  private var body = ""
  private(set) var labels: [TextBox] = []

  init(width: Double = SVGCanvas.standardWidth, height: Double) {
    self.width = width
    self.height = height
  }

  mutating func element(_ text: String) { body += text + "\n" }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    let ends = "x1=\"\(coordinate(x1))\" y1=\"\(coordinate(y1))\" x2=\"\(coordinate(x2))\" y2=\"\(coordinate(y2))\""
    element("<line class=\"\(style)\" \(ends)/>")
  }

  /// - Parameter attributes: further ones, as they are.
  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, _ attributes: String = ""
  ) {
    let size = "width=\"\(coordinate(max(width, 0)))\" height=\"\(coordinate(max(height, 0)))\""
    let color = style.isEmpty ? "" : "class=\"\(style)\" "
    element(
      "<rect \(color)x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" \(size)\(attributes.isEmpty ? "" : " ")\(attributes)/>"
    )
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String, _ attributes: String = "") {
    let place = "cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"\(coordinate(radius))\""
    element("<circle class=\"\(style)\" \(place)\(attributes.isEmpty ? "" : " ")\(attributes)/>")
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], _ style: String) {
    let text = points.map { "\(coordinate($0.x)),\(coordinate($0.y))" }.joined(separator: " ")
    element("<polyline class=\"\(style)\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"\(text)\"/>")
  }

  /// Text whose baseline is at `y`.
  ///
  /// - Parameter isUpright: false for text that runs from below to above; `x` is then its baseline, and its middle is at
  ///   `y`.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, size: Double = SVGCanvas.textSize,
    style: String = "tp-ink", isBold: Bool = false, isUpright: Bool = true, color: String? = nil
  ) {
    let length = textWidth(text, size: size) * (isBold ? 1.08 : 1)
    let (ascent, extent) = (size * 0.8, size * 1.02)
    if isUpright {
      let left = anchor == .start ? x : anchor == .middle ? x - length / 2 : x - length
      labels.append(TextBox(text: text, x: left, y: y - ascent, width: length, height: extent))
    } else {
      labels.append(TextBox(text: text, x: x - ascent, y: y - length / 2, width: extent, height: length))
    }
    let paint = color.map { "fill=\"\($0)\"" } ?? "class=\"\(style)\""
    let turn = isUpright ? "" : " transform=\"rotate(-90 \(coordinate(x)) \(coordinate(y)))\""
    let weight = isBold ? " font-weight=\"600\"" : ""
    let place = "x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" text-anchor=\"\(anchor.rawValue)\""
    element("<text \(paint) \(place) font-size=\"\(coordinate(size))\"\(weight)\(turn)>\(xmlEscaped(text))</text>")
  }

  /// The finished picture.
  func figure(_ title: String) -> Figure {
    let size = "\(coordinate(width)) \(coordinate(height))"
    let fonts = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif"
    let svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" width=\"\(coordinate(width))\" "
      + "height=\"\(coordinate(height))\" role=\"img\" aria-label=\"\(xmlEscaped(title))\" font-family=\"\(fonts)\">\n"
      + "<style>\n\(Palette.style)</style>\n"
      + "<rect class=\"tp-paper\" width=\"100%\" height=\"100%\"/>\n\(body)</svg>"
    return Figure(svg: svg, title: title, isDrawing: false, labels: labels)
  }
}
