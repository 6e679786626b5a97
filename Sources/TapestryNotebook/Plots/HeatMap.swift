/// A table of numbers as coloured cells, such as a confusion matrix or the weights of an attention.
///
/// ```swift
/// notebook.show(HeatMap("Confusion", counts, rows: classes, columns: classes, x: "predicted", y: "true"))
/// ```
public struct HeatMap: Sendable, Drawable {
  let title: String
  let values: [[Double]]
  let rows: [String]
  let columns: [String]
  let x: String
  let y: String
  let digits: Int?

  /// A heat map.
  ///
  /// - Parameters:
  ///   - title: what it shows.
  ///   - values: by row, from the top.
  ///   - rows: the label of each row, `0`, `1` and so on by default.
  ///   - columns: the label of each column, `0`, `1` and so on by default.
  ///   - x: what the columns are.
  ///   - y: what the rows are.
  ///   - digits: digits after the point of the numbers in the cells; nil for none where they all are whole, 2 otherwise.
  ///     Numbers are left out where they do not fit.
  public init(
    _ title: String, _ values: [[Double]], rows: [String]? = nil, columns: [String]? = nil, x: String = "",
    y: String = "", digits: Int? = nil
  ) {
    self.title = title
    self.values = values
    let width = values.map(\.count).max() ?? 0
    self.rows = HeatMap.labels(rows, values.count)
    self.columns = HeatMap.labels(columns, width)
    self.x = x
    self.y = y
    self.digits = digits
  }

  private static func labels(_ given: [String]?, _ count: Int) -> [String] {
    (0..<count).map { place in given.map { place < $0.count ? $0[place] : "" } ?? String(place) }
  }

  /// The colour of a value that is a part in 0...1 of the way from the lowest to the highest: from almost white to dark
  /// blue, ever darker.
  static func color(_ part: Double) -> RGB {
    let stops = [RGB(0xf3f7fb), RGB(0x9ecae1), RGB(0x3182bd), RGB(0x08306b)]
    let place = min(max(part, 0), 1) * Double(stops.count - 1)
    let lower = min(Int(place), stops.count - 2)
    return stops[lower].mixed(with: stops[lower + 1], place - Double(lower))
  }

  /// Black or white, whichever is easier to read on a colour; its contrast is never below 4.5.
  static func textColor(on color: RGB) -> RGB {
    let (black, white) = (RGB(0x000000), RGB(0xffffff))
    return color.contrast(to: black) >= color.contrast(to: white) ? black : white
  }

  /// The picture.
  public var figure: Figure {
    let size = SVGCanvas.textSize
    var canvas = SVGCanvas(height: 0)
    let top = canvas.heading(title) + (x.isEmpty ? 0 : 18) + 18
    let left = min((rows.map { textWidth($0, size: size) }.max() ?? 0) + 10, 150) + (y.isEmpty ? 8 : 26)
    // Cells are as wide as the labels of the columns, if that is not too wide.
    let widestLabel = columns.map { textWidth($0, size: size) }.max() ?? 0
    let cell = min((canvas.width - left - 14) / Double(max(columns.count, 1)), min(max(widestLabel + 8, 44), 90))
    let (width, height) = (cell * Double(columns.count), cell * Double(rows.count))
    canvas.height = top + height + 14
    let numbers = values.map { row in row.map { number($0) } }
    let widest = numbers.joined().map { textWidth($0, size: size - 1) }.max() ?? 0
    let hasNumbers = widest + 3 <= cell && cell >= size + 4
    let finite = values.joined().filter(\.isFinite)
    let (low, high) = (min(finite.min() ?? 0, 0), finite.max() ?? 1)
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() where value.isFinite {
        let (x, y) = (left + Double(column) * cell, top + Double(row) * cell)
        let color = HeatMap.color(high > low ? (value - low) / (high - low) : 0)
        canvas.rectangle(x, y, cell - 0.5, cell - 0.5, "", "fill=\"\(color.text)\"")
        guard hasNumbers else { continue }
        canvas.text(
          numbers[row][column], x + cell / 2, y + cell / 2 + 4, .middle, size: size - 1,
          color: HeatMap.textColor(on: color).text)
      }
    }
    drawLabels(&canvas, left: left, top: top, cell: cell)
    if !x.isEmpty { canvas.text(x, left + max(width, 40) / 2, top - 24, .middle) }
    if !y.isEmpty { canvas.text(shortened(y, to: height, size: size), 16, top + height / 2, .middle, isUpright: false) }
    return canvas.figure(title)
  }

  private func drawLabels(_ canvas: inout SVGCanvas, left: Double, top: Double, cell: Double) {
    let size = SVGCanvas.textSize
    // Every so many labels where not all have room.
    let longest = max(60, cell - 6)
    let widest = columns.map { textWidth(shortened($0, to: longest, size: size), size: size) }.max() ?? 0
    let columnStep = max(1, Int(((widest + 4) / cell).rounded(.up)))
    for (column, label) in columns.enumerated() where column.isMultiple(of: columnStep) {
      let middle = left + (Double(column) + 0.5) * cell
      let text = shortened(label, to: min(longest, 2 * (canvas.width - middle)), size: size)
      canvas.text(text, middle, top - 6, .middle, style: "tp-muted")
    }
    let rowStep = max(1, Int(((size + 2) / cell).rounded(.up)))
    for (row, label) in rows.enumerated() where row.isMultiple(of: rowStep) {
      let text = shortened(label, to: 140, size: size)
      canvas.text(text, left - 6, top + (Double(row) + 0.5) * cell + 4, .end, style: "tp-muted")
    }
  }

  private func number(_ value: Double) -> String {
    if let digits { return decimal(value, digits) }
    let areWhole = values.joined().allSatisfy { !$0.isFinite || $0 == $0.rounded() }
    return decimal(value, areWhole ? 0 : 2)
  }
}
