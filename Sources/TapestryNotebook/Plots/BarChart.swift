/// A number for each of some names, as bars from the left to the right with the number at the end.
///
/// ```swift
/// var chart = BarChart("Accuracy", of: ["RNN", "LSTM", "GRU"])
/// chart.add("training", [0.97, 0.99, 0.99])
/// chart.add("test", [0.94, 0.97, 0.96])
/// notebook.show(chart)
/// ```
public struct BarChart: Sendable, Drawable {
  let title: String
  let names: [String]
  let digits: Int
  private var series: [(name: String, values: [Double])] = []

  /// A chart without bars yet.
  ///
  /// - Parameters:
  ///   - title: what is measured.
  ///   - names: what it is measured of, from the top.
  ///   - digits: digits after the point of the numbers.
  public init(_ title: String, of names: [String], digits: Int = 3) {
    self.title = title
    self.names = names
    self.digits = digits
  }

  /// Adds a bar to each name. A value that is missing or not finite has no bar.
  public mutating func add(_ name: String = "", _ values: [Double]) { series.append((name, values)) }

  /// The picture.
  public var figure: Figure {
    let size = SVGCanvas.textSize
    var canvas = SVGCanvas(height: 0)
    let legend = series.enumerated().map { LegendEntry(name: $1.name, color: $0, isLine: false) }
    let top = canvas.heading(title, legend: series.count > 1 ? legend : []) + 8
    let (bar, gap) = (18.0, 10.0)
    let group = bar * Double(max(series.count, 1)) + gap
    let left = min(names.map { textWidth($0, size: size) }.max() ?? 0, 170) + 20
    let finite = series.flatMap(\.values).filter(\.isFinite)
    let (low, high) = (min(finite.min() ?? 0, 0), max(finite.max() ?? 0, 0))
    let numbers = finite.map { textWidth(decimal($0, digits), size: size) }.max() ?? 0
    // Room for the numbers on both sides of 0 where there are bars to both.
    let right = canvas.width - numbers - 16
    let start = left + (low < 0 ? numbers + 8 : 0)
    let scale = high > low ? (right - start) / (high - low) : 0
    let zero = start - low * scale
    canvas.height = top + group * Double(names.count) + 6
    for (place, name) in names.enumerated() {
      let y = top + Double(place) * group
      canvas.text(
        shortened(name, to: 170, size: size), left - 8, y + (group - gap) / 2 + 4, .end)
      for (number, series) in series.enumerated() where place < series.values.count && series.values[place].isFinite {
        let value = series.values[place]
        let (end, line) = (zero + value * scale, y + Double(number) * bar)
        canvas.rectangle(
          min(zero, end), line + 1, abs(end - zero), bar - 3, "tp-fill\(number % Palette.light.series.count)")
        canvas.text(
          decimal(value, digits), value < 0 ? end - 5 : end + 5, line + bar / 2 + 3, value < 0 ? .end : .start,
          style: "tp-muted")
      }
    }
    canvas.line(zero, top - 2, zero, canvas.height - gap, "tp-axis")
    return canvas.figure(title)
  }
}
