import Foundation
import TapestryCore
import TapestryNotebook
import Testing

/// No text of a figure touches another one or leaves the picture, whatever is drawn.
@Suite struct LayoutTests {
  private func check(_ drawable: some Drawable, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let figure = drawable.figure
    let size = try #require(viewBox(of: figure.svg))
    #expect(!figure.labels.isEmpty, sourceLocation: sourceLocation)
    for (place, label) in figure.labels.enumerated() {
      let isInside =
        label.x >= 0 && label.y >= 0 && label.x + label.width <= size.width && label.y + label.height <= size.height
      #expect(isInside, "\(label) leaves the picture", sourceLocation: sourceLocation)
      for other in figure.labels[(place + 1)...] {
        #expect(!label.overlaps(other), "\(label) and \(other)", sourceLocation: sourceLocation)
      }
    }
  }

  private func viewBox(of svg: String) -> (width: Double, height: Double)? {
    guard let start = svg.range(of: "viewBox=\"0 0 ")?.upperBound, let end = svg[start...].firstIndex(of: "\"") else {
      return nil
    }
    let numbers = svg[start..<end].split(separator: " ").compactMap { Double($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  @Test(arguments: [
    (0.0, 1.0), (-3.0, 5.0), (0.0, 123_456_789.0), (1e-9, 2e-9), (-0.001, 0.001), (5.0, 5.0), (99_999.5, 100_000.5),
  ]) func axesOfAnySize(low: Double, high: Double) throws {
    let values = (0...20).map { low + (high - low) * Double($0) / 20 }
    for scale in [PlotScale.linear, .logarithmic] {
      var plot = Plot("Numbers", x: PlotAxis("across", scale: scale), y: PlotAxis("up", scale: scale))
      plot.addLine(x: values, y: values)
      plot.addPoints("points", x: values, y: values.reversed())
      try check(plot)
    }
  }

  @Test func aLongLegendBreaksIntoRows() throws {
    var plot = Plot(
      "A title that is far too long for one row of a picture and has to go on below", x: "epoch", y: "loss")
    for place in 0..<9 { plot.addLine("a series with a long name, the \(place)th", y: [1, Double(place)]) }
    plot.addLine(String(repeating: "endless", count: 30), y: [3, 4])
    try check(plot)
  }

  @Test func plotsOfNothing() throws {
    try check(Plot("Nothing", x: "x", y: "y"))
    var plot = Plot("Nothing finite", x: "x", y: PlotAxis("y", scale: .logarithmic))
    plot.addLine("a", y: [.nan, .infinity, -1, 0])
    plot.addHistogram(of: [])
    try check(plot)
    try check(HeatMap("Nothing", []))
    try check(BarChart("Nothing", of: []))
    try check(BarChart("Nothing finite", of: ["a"]))
  }

  @Test(arguments: [1, 2, 10, 37]) func heatMapsOfAnySize(count: Int) throws {
    let values = (0..<count).map { row in (0..<count).map { Double(row * $0) / 7 } }
    let names = (0..<count).map { "class number \($0)" }
    try check(HeatMap("Confusion", values, x: "predicted", y: "true"))
    try check(HeatMap("Confusion", values, rows: names, columns: names, x: "predicted class", y: "true class"))
    try check(HeatMap("Wide", [Array(values.joined())], rows: [""]))
  }

  @Test func barsToBothSides() throws {
    var chart = BarChart("Differences", of: ["up", "down", String(repeating: "long ", count: 20)])
    chart.add("first", [1, -1, 0.5])
    chart.add("second", [0.25, -1000, .nan])
    try check(chart)
  }

  @Test func captionsStayApart() throws {
    let images = NDArray(zeros: [23, 64])
    let captions = (0..<23).map { "\($0) for \($0 + 1)" }
    for columns in [3, 8, 12] {
      try check(ImageGrid("Wrong", images, of: [8, 8, 1], columns: columns, captions: captions))
    }
  }
}
