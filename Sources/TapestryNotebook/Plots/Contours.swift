// Marching squares: each cell of the grid has four corners above or below the level; where two neighbours differ, the
// line crosses the edge between them, at the place linear interpolation gives. A cell with two crossings has one piece
// of the line. One with four is a saddle: its crossings are joined as the mean of the corners says.

extension SVGCanvas {
  mutating func draw(_ contours: Plot.Contours, in area: PlotArea) {
    let values = contours.values
    let columns = values.map(\.count).min() ?? 0
    guard values.count > 1, columns > 1 else { return }
    func x(_ column: Double) -> Double {
      contours.x.lowerBound + column / Double(columns - 1) * (contours.x.upperBound - contours.x.lowerBound)
    }
    func y(_ row: Double) -> Double {
      contours.y.lowerBound + row / Double(values.count - 1) * (contours.y.upperBound - contours.y.lowerBound)
    }
    for level in contours.levels {
      var path = ""
      for row in 0..<values.count - 1 {
        for column in 0..<columns - 1 {
          let corners = [
            values[row][column], values[row][column + 1], values[row + 1][column + 1], values[row + 1][column],
          ]
          for (start, end) in pieces(corners, level) {
            guard let a = area.place(x(Double(column) + start.x), y(Double(row) + start.y)),
              let b = area.place(x(Double(column) + end.x), y(Double(row) + end.y))
            else { continue }
            path += "M\(coordinate(a.x)) \(coordinate(a.y))L\(coordinate(b.x)) \(coordinate(b.y))"
          }
        }
      }
      if !path.isEmpty { element("<path class=\"tp-axis\" stroke-opacity=\"0.5\" d=\"\(path)\"/>") }
    }
  }

  private typealias Corner = (x: Double, y: Double)

  /// The pieces of the line in a cell of extent 1, whose corners go round from the origin along x.
  private func pieces(_ corners: [Double], _ level: Double) -> [(Corner, Corner)] {
    guard corners.allSatisfy(\.isFinite) else { return [] }
    let places: [Corner] = [(0, 0), (1, 0), (1, 1), (0, 1)]
    var crossings: [Corner] = []
    for edge in 0..<4 {
      let next = (edge + 1) % 4
      guard (corners[edge] > level) != (corners[next] > level) else { continue }
      let part = (level - corners[edge]) / (corners[next] - corners[edge])
      crossings.append(
        (
          places[edge].x + part * (places[next].x - places[edge].x),
          places[edge].y + part * (places[next].y - places[edge].y)
        ))
    }
    switch crossings.count {
    case 2: return [(crossings[0], crossings[1])]
    case 4:
      let isMiddleHigh = corners.reduce(0, +) / 4 > level
      return isMiddleHigh == (corners[0] > level)
        ? [(crossings[0], crossings[1]), (crossings[2], crossings[3])]
        : [(crossings[3], crossings[0]), (crossings[1], crossings[2])]
    default: return []
    }
  }
}
