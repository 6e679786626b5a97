import TapestryGraph

/// An SVG file as it is written: elements whose texts are escaped.
struct DrawingText {
  private(set) var text: String

  /// - Parameters:
  ///   - title: what a reader who hears the page is told.
  ///   - style: further rules, beside those of every drawing.
  init(_ title: String, width: Int, height: Int, style: String) {
    text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tapestry-drawing\" width=\"\(width)\" height=\"\(height)\" "
      + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(xmlEscaped(title))\">\n"
    text +=
      "<style>\(DrawingColor.style).tapestry-drawing text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"
      + "'DejaVu Sans Mono',monospace;fill:\(DrawingColor.text.css)}\(style)</style>\n"
    text += "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(DrawingColor.page.css)\"/>\n"
  }

  mutating func add(_ element: String) { text += element + "\n" }

  /// A line of text whose base line starts or is centred at a point.
  mutating func label(_ string: String, x: Int, y: Int, _ attributes: String = "") {
    let space = attributes.isEmpty ? "" : " "
    add("<text x=\"\(x)\" y=\"\(y)\"\(space)\(attributes)>\(xmlEscaped(string))</text>")
  }

  mutating func end() { add("</svg>") }
}
