import TapestryCore
import TapestryData
import TapestryNotebook
import Testing

@Suite struct PlotTests {
  @Test func aLineIsDrawnWhereItsValuesAre() {
    var plot = Plot("Line", x: PlotAxis("", range: 0...10), y: PlotAxis("", range: 0...1))
    plot.addLine(x: [0, 10], y: [0, 1])
    let svg = plot.figure.svg
    // Labels of the y axis are three characters wide; the area ends 18 before the right edge and 28 above the lower one.
    #expect(svg.contains("points=\"33.44,272 442,36\""), "\(svg)")
  }

  @Test func whatHasNoPlaceLeavesAGap() {
    var plot = Plot("Gap", x: "x", y: PlotAxis("y", scale: .logarithmic))
    plot.addLine(y: [1, 2, 0, 4, 8, .nan, 16])
    let svg = plot.figure.svg
    #expect(svg.split(separator: "<polyline ").count == 3)
    #expect(svg.split(separator: "<circle ").count == 2)
  }

  @Test func aHistogramCountsEveryValueOnce() {
    var plot = Plot("Counts", x: "value", y: PlotAxis("count", range: 0...4))
    plot.addHistogram(of: [0, 0.5, 1, 1, .nan], bins: 2)
    let bars = plot.figure.svg.split(separator: "\n").filter { $0.contains("fill-opacity=\"0.2\"") }
    let heights = bars.compactMap { bar in
      bar.split(separator: "height=\"").last?.split(separator: "\"").first.flatMap { Double($0) }
    }
    // One value in the first half, three in the second.
    #expect(heights.count == 2 && abs(heights[1] / heights[0] - 3) < 0.01)
  }

  @Test func contoursOfAPlaneAreStraight() {
    let plane = (0...4).map { _ in (0...4).map { Double($0) } }
    var plot = Plot("Plane", x: PlotAxis("", range: 0...4), y: PlotAxis("", range: 0...4))
    plot.addContours(of: plane, x: 0...4, y: 0...4, at: [2.5, 99])
    let paths = plot.figure.svg.split(separator: "\n").filter { $0.hasPrefix("<path") }
    #expect(paths.count == 1)
    let columns = Set(paths.joined().split(separator: "M").dropFirst().map { $0.split(separator: " ")[0] })
    #expect(columns.count == 1)
  }

  @Test func manyPointsBecomeFewer() {
    var plot = Plot("Many", x: "x", y: "y")
    var values = [Double](repeating: 0, count: 100_000)
    values[54_321] = 1
    plot.addLine(y: values)
    let svg = plot.figure.svg
    #expect(svg.utf8.count < 40_000)
    // The peak is kept.
    let top = svg.split(separator: "points=\"")[1].split(separator: "\"")[0].split(separator: " ")
    #expect(top.contains { Double($0.split(separator: ",")[1]).map { $0 < 60 } ?? false })
  }

  @Test func textsAreEscaped() {
    let figure = Plot("a < b & \"c\"\u{7}", x: "x", y: "y").figure
    #expect(figure.svg.contains("a &lt; b &amp; &quot;c&quot; "))
    #expect(!figure.svg.contains("a < b"))
  }

  @Test func aGridOfImagesIsOneSheetOrAFigure() throws {
    let images = try NDArray((0..<12).map { Float($0) / 11 }, shape: [3, 4])
    let grid = try ImageGrid("Three", images, of: [2, 2, 1], columns: 2)
    let sheet = grid.image(scale: 3)
    #expect(sheet.width == 13 && sheet.height == 13)
    #expect(grid.figure.svg.split(separator: "data:image/png;base64,").count == 4)
    #expect(throws: TapestryError.self) { try ImageGrid("Wrong", images, of: [3, 3, 1], columns: 2) }
  }
}
