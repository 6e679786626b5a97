/// A picture of numbers along two axes: lines, points, bars of histograms, and contours behind them.
///
/// ```swift
/// var plot = Plot("Loss", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
/// plot.addLine("training", y: training)
/// plot.addLine("validation", y: validation)
/// notebook.show(plot)
/// ```
///
/// Series take the colours of the palette in the order they are added. Values that are infinite or not a number, and
/// those of 0 and below on a logarithmic axis, leave a gap.
public struct Plot: Sendable, Drawable {
  enum Mark: Sendable, Hashable {
    case line
    case points
    /// Bars that stand on 0, the x of each its left end; the last x is the right end of the last bar.
    case bars
  }

  struct Series: Sendable {
    let name: String
    let mark: Mark
    let x: [Double]
    let y: [Double]
  }

  struct Contours: Sendable {
    let values: [[Double]]
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let levels: [Double]
  }

  let title: String
  let x: PlotAxis
  let y: PlotAxis
  private(set) var series: [Series] = []
  private(set) var contours: [Contours] = []

  /// A plot with nothing in it yet.
  ///
  /// - Parameters:
  ///   - title: what it shows; it stands above.
  ///   - x: the axis along.
  ///   - y: the axis up.
  public init(_ title: String, x: PlotAxis, y: PlotAxis) {
    self.title = title
    self.x = x
    self.y = y
  }

  /// Adds a line through points in the order given.
  ///
  /// - Parameters:
  ///   - name: stands in the legend; the plot has one when it has more than one series.
  ///   - x: by default 1, 2, 3 and so on, as for epochs. Values without a partner are left out.
  ///   - y: the values.
  public mutating func addLine(_ name: String = "", x: [Double]? = nil, y: [Double]) {
    add(.line, name, x ?? y.indices.map { Double($0 + 1) }, y)
  }

  /// Adds points. Values without a partner are left out.
  public mutating func addPoints(_ name: String = "", x: [Double], y: [Double]) { add(.points, name, x, y) }

  /// Adds a histogram: how many values fall into each of some bins of equal width over the range of all finite values.
  ///
  /// - Parameters:
  ///   - name: stands in the legend.
  ///   - values: what is counted.
  ///   - bins: how many; less than 1 counts as 1.
  ///   - range: what the bins cover, so that several histograms share them; nil for what the values cover.
  public mutating func addHistogram(
    _ name: String = "", of values: [Double], bins: Int = 20, over range: ClosedRange<Double>? = nil
  ) {
    let finite = values.filter(\.isFinite)
    let low = range?.lowerBound ?? finite.min() ?? 0
    let high = range?.upperBound ?? finite.max() ?? 1
    let bins = max(bins, 1)
    let width = high > low ? (high - low) / Double(bins) : 1
    var counts = [Double](repeating: 0, count: bins)
    for value in finite where value >= low && value <= max(high, low) {
      counts[min(Int((value - low) / width), bins - 1)] += 1
    }
    add(.bars, name, (0...bins).map { low + Double($0) * width }, counts)
  }

  /// Adds lines of equal height of a surface, behind everything else.
  ///
  /// - Parameters:
  ///   - values: the surface on a grid: a row for each place along `y`, from the lowest.
  ///   - x: where the first and the last column lie.
  ///   - y: where the first and the last row lie.
  ///   - levels: the heights that are drawn.
  public mutating func addContours(
    of values: [[Double]], x: ClosedRange<Double>, y: ClosedRange<Double>, at levels: [Double]
  ) {
    contours.append(Contours(values: values, x: x, y: y, levels: levels))
  }

  private mutating func add(_ mark: Mark, _ name: String, _ x: [Double], _ y: [Double]) {
    series.append(Series(name: name, mark: mark, x: x, y: y))
  }
}
