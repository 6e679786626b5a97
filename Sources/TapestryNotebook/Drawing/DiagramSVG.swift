package import TapestryCore
package import TapestryGraph

// A drawing as SVG, laid out by `DiagramLayout`. Colors tell the phases apart, shapes the kinds:
//
//     input      house, pointing down       parameter, state   rounded at both ends
//     constant   square corners             output             two borders
//     op         rounded corners            assignment         rounded at both ends, dashed
//     chain, repeated scope   a second box behind the first
//     reference  dotted: a value from far above, by its name
//     cut        dashed and red, as are the edges out of it: no gradient comes back along them
//
// Clusters are shaded rectangles with a label, kernels framed in green, loops in violet. A box shows the shape of what it
// computes in its last line; its title, shown while the pointer rests on it, has the whole text and the line of the model.

package struct DiagramSVG {
  /// Drawings of more boxes are refused: no one reads them.
  package static let mostBoxes = 3000
  static let longestLabel = 44
  private static let margin = 16

  private let diagram: Diagram
  private let layout: DiagramLayout
  private var out: DrawingText

  /// The file.
  ///
  /// - Throws: `usage` for a drawing of more than `mostBoxes` boxes.
  package static func text(_ diagram: Diagram) throws(TapestryError) -> String {
    guard diagram.boxes.count <= mostBoxes else {
      throw TapestryError(
        .usage, "a picture of \(diagram.boxes.count) boxes is more than can be read, \(mostBoxes) at the most",
        remedy: "fold it, draw another stage, or draw it as DOT")
    }
    var svg = DiagramSVG(diagram)
    return svg.write()
  }

  private init(_ diagram: Diagram) {
    self.diagram = diagram
    layout = DiagramLayout(diagram)
    let legend = DiagramLegend(diagram)
    let whole = layout.clusters[0]
    let width = max(whole.width, legend.width) + 2 * DiagramSVG.margin
    out = DrawingText(
      diagram.title, width: width, height: whole.height + legend.height + 2 * DiagramSVG.margin,
      style: DiagramSVG.style)
    legend.write(x: DiagramSVG.margin, y: DiagramSVG.margin, &out)
    out.add("<g transform=\"translate(\(DiagramSVG.margin) \(DiagramSVG.margin + legend.height))\">")
  }

  private static let style =
    ".tapestry-drawing .edge{fill:none;stroke:\(DrawingColor.line.css)}"
    + ".tapestry-drawing .tip{fill:\(DrawingColor.line.css)}"
    + ".tapestry-drawing .edge.red{stroke:\(DrawingColor.cut.css);stroke-dasharray:5 3;stroke-width:2}"
    + ".tapestry-drawing .tip.red{fill:\(DrawingColor.cut.css)}"
    + ".tapestry-drawing .head{font-weight:600}"

  private mutating func write() -> String {
    let shown = diagram.clusters.indices.dropFirst().filter { layout.clusters[$0].width > 0 }
    for cluster in shown { writeCluster(cluster) }
    for edge in diagram.edges.indices { writeEdge(edge) }
    for box in diagram.boxes.indices { writeBox(box) }
    for cluster in shown { writeLabel(cluster) }
    out.add("</g>")
    out.end()
    return out.text
  }

  private mutating func writeCluster(_ number: Int) {
    let look = diagram.clusters[number].kind.look
    out.add(
      "<rect \(layout.clusters[number].attributes) rx=\"8\" fill=\"\(look.fill)\" stroke=\"\(look.color.css)\" "
        + "stroke-width=\"\(look.width)\"\(look.dash)/>")
  }

  private mutating func writeLabel(_ number: Int) {
    let (cluster, place) = (diagram.clusters[number], layout.clusters[number])
    out.label(
      cluster.label.shortened(to: DiagramSVG.longestLabel), x: place.x + 8, y: place.y + 13,
      "style=\"fill:\(cluster.kind.look.text.css)\"")
  }

  private mutating func writeEdge(_ number: Int) {
    let points = layout.routes[number]
    var path = "M\(points[0].x) \(points[0].y)"
    for (a, b) in zip(points, points.dropFirst()) {
      let half = (a.y + b.y) / 2
      path += a.x == b.x ? "V\(b.y)" : "C\(a.x) \(half) \(b.x) \(half) \(b.x) \(b.y)"
    }
    let red = diagram.edges[number].isCut ? " red" : ""
    out.add("<path class=\"edge\(red)\" d=\"\(path)\"/>")
    let (end, up) = layout.isReversed[number] ? (points[0], 6) : (points[points.count - 1], -6)
    out.add("<path class=\"tip\(red)\" d=\"M\(end.x) \(end.y)l-3 \(up)h6z\"/>")
  }

  private mutating func writeBox(_ number: Int) {
    let (box, place) = (diagram.boxes[number], layout.boxes[number])
    let title = (box.lines + [box.type, box.note ?? ""]).filter { !$0.isEmpty }.joined(separator: " · ")
    out.add("<g><title>\(xmlEscaped(title))</title>")
    for shape in box.shapes(in: place) { out.add(shape) }
    for (line, text) in layout.lines[number].enumerated() {
      out.label(
        text, x: place.x + place.width / 2, y: place.y + 15 + line * DiagramLayout.lineHeight,
        "text-anchor=\"middle\"" + (line == 0 ? " class=\"head\"" : ""))
    }
    out.add("</g>")
  }
}

extension DiagramLayout.Rectangle {
  fileprivate var attributes: String { "x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"" }
}

extension Diagram.Box {
  fileprivate func shapes(in place: DiagramLayout.Rectangle) -> [String] {
    let look = "fill=\"\(fill.css)\" stroke=\"\(kind == .cut ? DrawingColor.cut.css : DrawingColor.line.css)\""
    func rectangle(_ radius: Int, inset: Int = 0, _ more: String = "") -> String {
      let inner = DiagramLayout.Rectangle(
        x: place.x + inset, y: place.y + inset, width: place.width - 2 * inset, height: place.height - 2 * inset)
      return "<rect \(inner.attributes) rx=\"\(radius)\" \(look)\(more)/>"
    }
    switch kind {
    case .input:
      let (x, y, middle) = (place.x, place.y, place.x + place.width / 2)
      let corner = place.maxY - 5
      return [
        "<path d=\"M\(x) \(y)H\(place.maxX)V\(corner)L\(middle) \(place.maxY)L\(x) \(corner)z\" \(look)/>"
      ]
    case .parameter, .state, .memory: return [rectangle(min(place.height / 2, 14))]
    case .assignment: return [rectangle(min(place.height / 2, 14), " stroke-dasharray=\"4 2\"")]
    case .cut: return [rectangle(4, " stroke-dasharray=\"5 3\" stroke-width=\"2\"")]
    case .constant: return [rectangle(0)]
    case .reference: return [rectangle(0, " stroke-dasharray=\"1 3\"")]
    case .operation: return [rectangle(5)]
    case .output: return [rectangle(5), rectangle(3, inset: 3)]
    case .chain, .folded:
      return ["<rect \(place.attributes) rx=\"5\" \(look)/>", rectangle(5, inset: 2)]
    }
  }

  fileprivate var fill: DrawingColor {
    switch kind {
    case .input: .given
    case .parameter, .state: .kept
    case .constant: .plain
    case .output, .memory, .reference: .page
    case .operation, .assignment, .cut, .chain, .folded: phase.fill
    }
  }
}

extension Diagram.Cluster.Kind {
  fileprivate var look: (color: DrawingColor, text: DrawingColor, fill: String, width: Int, dash: String) {
    switch self {
    case .whole, .phase: (.frame, .quiet, "none", 1, " stroke-dasharray=\"6 3\"")
    case .scope, .wave: (.frame, .quiet, DrawingColor.shade.css, 1, "")
    case .kernel: (.kernel, .kernel, "none", 2, "")
    case .loop: (.loop, .loop, "none", 2, "")
    }
  }
}
