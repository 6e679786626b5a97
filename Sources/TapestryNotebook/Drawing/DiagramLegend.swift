import TapestryGraph

/// The line above a drawing that says what its colors mean; only what the drawing holds is named.
struct DiagramLegend {
  private let entries: [(color: DrawingColor, name: String)]

  let height: Int
  var width: Int { entries.reduce(0) { $0 + DiagramLegend.width($1.name) } }

  init(_ diagram: Diagram) {
    var entries: [(DrawingColor, String)] = []
    let kinds = Set(diagram.boxes.map(\.kind))
    let computed = diagram.boxes.filter {
      ![.input, .parameter, .state, .constant, .output, .memory, .reference].contains($0.kind)
    }
    let phases = Set(computed.map(\.phase))
    for phase in Phase.allCases where phases.contains(phase) { entries.append((phase.fill, "\(phase)")) }
    if kinds.contains(.input) { entries.append((.given, "input")) }
    if kinds.contains(.parameter) || kinds.contains(.state) { entries.append((.kept, "parameter, state")) }
    if kinds.contains(.constant) { entries.append((.plain, "constant")) }
    if kinds.contains(.reference) { entries.append((.page, "from far above")) }
    if kinds.contains(.cut) { entries.append((.cut, "no gradient passes")) }
    self.entries = entries
    height = entries.isEmpty ? 0 : 26
  }

  private static func width(_ name: String) -> Int { 18 + drawingTextWidth(name) + 16 }

  func write(x: Int, y: Int, _ out: inout DrawingText) {
    var x = x
    for (color, name) in entries {
      out.add(
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"12\" height=\"12\" rx=\"2\" fill=\"\(color.css)\" "
          + "stroke=\"\(DrawingColor.line.css)\"/>")
      out.label(name, x: x + 18, y: y + 10)
      x += DiagramLegend.width(name)
    }
  }
}
