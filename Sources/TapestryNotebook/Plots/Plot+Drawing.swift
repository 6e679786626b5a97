// The layout goes from outside to inside: the title and the legend take rows at the top, the labels of the axes a row at
// the bottom and a column at the left; the ticks that fit are chosen for what is left.

extension Plot {
  /// How high a picture is, unless its heading is so long that less than the least would be left for the data.
  private static let height = 300.0
  private static let leastArea = 190.0

  /// The picture.
  public var figure: Figure {
    var canvas = SVGCanvas(height: Plot.height)
    let top = canvas.heading(title, legend: legend) + 8
    let labels = x.label.isEmpty ? 28.0 : 46.0
    canvas.height = max(Plot.height, top + Plot.leastArea + labels)
    let bottom = canvas.height - labels
    let xMap = AxisMap(x, over: xValues, isTight: series.allSatisfy { $0.mark != .points })
    let yMap = AxisMap(y, over: yValues, isTight: series.isEmpty)
    let yTicks = yMap.ticks(count: max(2, Int((bottom - top) / 32)))
    let labelWidth = yTicks.map { textWidth($0.label, size: SVGCanvas.textSize) }.max() ?? 0
    let left = (y.label.isEmpty ? 8 : 26) + labelWidth + 6
    let area = PlotArea(left: left, right: canvas.width - 18, top: top, bottom: bottom, x: xMap, y: yMap)
    canvas.drawAxes(area, yTicks, x.label, y.label)
    for contours in contours { canvas.draw(contours, in: area) }
    for (place, series) in series.enumerated() { canvas.draw(series, in: area, color: place) }
    return canvas.figure(title)
  }

  private var legend: [LegendEntry] {
    guard series.count > 1 else { return [] }
    return series.enumerated().filter { !$0.element.name.isEmpty }.map { place, series in
      LegendEntry(name: series.name, color: place, isLine: series.mark == .line)
    }
  }

  private var xValues: [Double] { series.flatMap(\.x) + contours.flatMap { [$0.x.lowerBound, $0.x.upperBound] } }

  private var yValues: [Double] {
    series.flatMap { $0.mark == .bars ? $0.y + [0] : $0.y } + contours.flatMap { [$0.y.lowerBound, $0.y.upperBound] }
  }
}

/// The rectangle data are drawn in, and how values become places in it.
struct PlotArea {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let x: AxisMap
  let y: AxisMap

  /// The place of a point, nil when it has none; what lies outside the axes is drawn at most a little outside.
  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double)? {
    guard let across = self.x.part(x), let up = self.y.part(y) else { return nil }
    func held(_ part: Double) -> Double { min(max(part, -0.02), 1.02) }
    return (left + held(across) * (right - left), bottom - held(up) * (bottom - top))
  }
}

extension SVGCanvas {
  /// Grid lines, ticks and labels of both axes.
  fileprivate mutating func drawAxes(_ area: PlotArea, _ yTicks: [Tick], _ xLabel: String, _ yLabel: String) {
    for tick in yTicks {
      guard let part = area.y.part(tick.value) else { continue }
      let y = area.bottom - part * (area.bottom - area.top)
      line(area.left, y, area.right, y, "tp-grid")
      text(tick.label, area.left - 6, y + 4, .end, style: "tp-muted")
    }
    for tick in fittingTicks(area) {
      guard let part = area.x.part(tick.value) else { continue }
      let x = area.left + part * (area.right - area.left)
      line(x, area.bottom, x, area.bottom + 4, "tp-axis")
      text(tick.label, x, area.bottom + 18, .middle, style: "tp-muted")
    }
    line(area.left, area.bottom, area.right, area.bottom, "tp-axis")
    if !xLabel.isEmpty {
      let label = shortened(xLabel, to: area.right - area.left, size: SVGCanvas.textSize)
      text(label, (area.left + area.right) / 2, area.bottom + 38, .middle)
    }
    if !yLabel.isEmpty {
      let label = shortened(yLabel, to: area.bottom - area.top, size: SVGCanvas.textSize)
      text(label, 16, (area.top + area.bottom) / 2, .middle, isUpright: false)
    }
  }

  /// As many ticks along as have room beside each other, between the edges of the picture.
  private func fittingTicks(_ area: PlotArea) -> [Tick] {
    let length = area.right - area.left
    for count in stride(from: 8, through: 1, by: -1) {
      let ticks = area.x.ticks(count: count)
      let spans = ticks.compactMap { tick in
        area.x.part(tick.value).map { part -> (low: Double, high: Double) in
          let half = textWidth(tick.label, size: SVGCanvas.textSize) / 2
          return (area.left + part * length - half, area.left + part * length + half)
        }
      }
      let isApart = zip(spans, spans.dropFirst()).allSatisfy { $0.high + 10 <= $1.low }
      if isApart, spans.allSatisfy({ $0.low >= 2 && $0.high <= width - 2 }) { return ticks }
    }
    return []
  }

  fileprivate mutating func draw(_ series: Plot.Series, in area: PlotArea, color: Int) {
    let color = color % Palette.light.series.count
    switch series.mark {
    case .line:
      var run: [(x: Double, y: Double)] = []
      for (x, y) in thinned(Array(zip(series.x, series.y))) + [(.nan, .nan)] {
        if let place = area.place(x, y) {
          run.append(place)
        } else {
          if run.count == 1 { circle(run[0].x, run[0].y, 3, "tp-fill\(color)") }
          if run.count > 1 { polyline(run, "tp-line\(color)") }
          run = []
        }
      }
    case .points:
      for (x, y) in zip(series.x, series.y) {
        if let place = area.place(x, y) { circle(place.x, place.y, 3, "tp-fill\(color)", "fill-opacity=\"0.75\"") }
      }
    case .bars:
      // Faint bars below a line, so that histograms over one another can be told apart.
      var outline: [(x: Double, y: Double)] = []
      for (place, y) in series.y.enumerated() {
        guard let low = area.place(series.x[place], 0), let high = area.place(series.x[place + 1], y) else { continue }
        rectangle(low.x, high.y, high.x - low.x, low.y - high.y, "tp-fill\(color)", "fill-opacity=\"0.2\"")
        if outline.isEmpty { outline.append(low) }
        outline += [(low.x, high.y), (high.x, high.y)]
        if place == series.y.count - 1 { outline.append((high.x, low.y)) }
      }
      if !outline.isEmpty { polyline(outline, "tp-line\(color)") }
    }
  }

  /// A line of many points by fewer: of each group of neighbours the lowest and the highest, in their order.
  private func thinned(_ points: [(Double, Double)]) -> [(Double, Double)] {
    let group = points.count / 400
    guard group > 2 else { return points }
    return stride(from: 0, to: points.count, by: group).flatMap { start in
      let part = points[start..<min(start + group, points.count)].filter { $0.1.isFinite }
      guard let low = part.enumerated().min(by: { $0.element.1 < $1.element.1 }),
        let high = part.enumerated().max(by: { $0.element.1 < $1.element.1 })
      else { return [(Double.nan, Double.nan)] }
      return low.offset <= high.offset ? [low.element, high.element] : [high.element, low.element]
    }
  }
}
