package import TapestryCompiler
import TapestryGraph

// The arena over time: waves from left to right, bytes from the top down, a rectangle for each block in the color of
// what its first value is for. The wave in which most bytes are alive is framed. A block that has room carries its label.

package enum ArenaSVG {
  private static let (left, top, bottom) = (78, 44, 30)
  private static let height = 360
  private static let widest = 900

  /// The file.
  package static func text(_ inspection: Inspection) -> String {
    let waves = max(inspection.waveCount, 1)
    let step = max(min(widest / waves, 160), 3)
    let chart = step * waves
    let bytes = max(inspection.arenaBytes, 1)
    func y(_ offset: Int) -> Int { top + offset * height / bytes }
    var out = DrawingText(
      "the arena over time", width: max(left + chart + 16, 420), height: top + height + bottom, style: "")
    writeLegend(&out)
    out.add(
      "<rect x=\"\(left)\" y=\"\(top)\" width=\"\(chart)\" height=\"\(height)\" fill=\"\(DrawingColor.shade.css)\" "
        + "stroke=\"\(DrawingColor.frame.css)\"/>")
    for block in inspection.arena where block.byteCount > 0 {
      let (x, width) = (left + block.waves.lowerBound * step, block.waves.count * step)
      let (from, to) = (y(block.offset), y(block.offset + block.byteCount))
      let title = xmlEscaped(
        "\(block.label) · \(block.byteCount) bytes at \(block.offset), waves \(block.waves.lowerBound) to "
          + "\(block.waves.upperBound)" + (block.origin.isEmpty ? "" : " · \(block.origin)"))
      out.add(
        "<g><title>\(title)</title><rect x=\"\(x)\" y=\"\(from)\" width=\"\(width)\" height=\"\(to - from)\" "
          + "fill=\"\(block.phase.fill.css)\" stroke=\"\(DrawingColor.line.css)\" stroke-width=\"0.5\"/>")
      let letters = (width - 8) * 10 / drawingLetterTenths
      if to - from >= 14, letters >= 6 {
        out.label(block.label.shortened(to: letters), x: x + 4, y: (from + to) / 2 + 4)
      }
      out.add("</g>")
    }
    out.add(
      "<rect x=\"\(left + inspection.peakWave * step)\" y=\"\(top)\" width=\"\(step)\" height=\"\(height)\" "
        + "fill=\"none\" stroke=\"\(DrawingColor.peak.css)\" stroke-width=\"2\"/>")
    writeAxes(&out, waves: waves, step: step, bytes: bytes)
    out.end()
    return out.text
  }

  private static func writeLegend(_ out: inout DrawingText) {
    var x = left
    for phase in Phase.allCases {
      out.add("<rect x=\"\(x)\" y=\"8\" width=\"12\" height=\"12\" rx=\"2\" fill=\"\(phase.fill.css)\"/>")
      out.label("\(phase)", x: x + 18, y: 18)
      x += 34 + drawingTextWidth("\(phase)")
    }
    out.add(
      "<rect x=\"\(x)\" y=\"8\" width=\"12\" height=\"12\" fill=\"none\" stroke=\"\(DrawingColor.peak.css)\" "
        + "stroke-width=\"2\"/>")
    out.label("the peak", x: x + 18, y: 18)
  }

  private static func writeAxes(_ out: inout DrawingText, waves: Int, step: Int, bytes: Int) {
    let quiet = "style=\"fill:\(DrawingColor.quiet.css)\""
    let every = max((28 + step - 1) / step, 1)
    for wave in stride(from: 0, to: waves, by: every) {
      out.label(
        "\(wave)", x: left + wave * step + step / 2, y: top + height + 14, "text-anchor=\"middle\" " + quiet)
    }
    out.label("wave", x: left, y: top + height + 27, quiet)
    for quarter in 0...4 {
      out.label(
        "\(bytes * quarter / 4)", x: left - 6, y: top + height * quarter / 4 + 4, "text-anchor=\"end\" " + quiet)
    }
    out.label("bytes", x: left - 6, y: top - 10, "text-anchor=\"end\" " + quiet)
  }
}
