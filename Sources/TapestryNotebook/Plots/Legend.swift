/// A name and the colour that stands for it.
struct LegendEntry {
  let name: String
  let color: Int
  let isLine: Bool
}

extension SVGCanvas {
  /// The title in as many rows as it needs, and below it the legend, which breaks into rows like a paragraph.
  ///
  /// - Returns: where the room below begins.
  mutating func heading(_ title: String, legend: [LegendEntry] = []) -> Double {
    var y = 4.0
    for line in rows(of: title) {
      y += 18
      text(line, 12, y, size: 14, isBold: true)
    }
    let margin = 12.0
    var x = margin
    if !legend.isEmpty { y += 20 }
    for entry in legend {
      let name = shortened(entry.name, to: width - 2 * margin - 20, size: SVGCanvas.textSize)
      let length = 20 + textWidth(name, size: SVGCanvas.textSize)
      if x > margin, x + length > width - margin {
        x = margin
        y += 18
      }
      let color = entry.color % Palette.light.series.count
      if entry.isLine {
        element(
          "<line class=\"tp-line\(color)\" stroke-width=\"3\" x1=\"\(coordinate(x))\" y1=\"\(coordinate(y - 4))\" "
            + "x2=\"\(coordinate(x + 15))\" y2=\"\(coordinate(y - 4))\"/>")
      } else {
        rectangle(x + 2, y - 9, 10, 10, "tp-fill\(color)")
      }
      text(name, x + 20, y)
      x += length + 16
    }
    return y + 6
  }

  /// A title broken at spaces into rows that fit.
  private func rows(of title: String) -> [String] {
    var rows: [String] = []
    for word in title.split(separator: " ").map(String.init) {
      if let last = rows.last, textWidth(last + " " + word, size: 14) * 1.08 <= width - 24 {
        rows[rows.count - 1] = last + " " + word
      } else {
        rows.append(shortened(word, to: (width - 24) / 1.08, size: 14))
      }
    }
    return rows
  }
}
