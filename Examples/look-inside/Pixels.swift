import Tapestry

/// Images [rows, height, width, 1] as numbers, to be worked on by place.
nonisolated struct Pixels {
  let rows: [[Double]]

  init(_ array: NDArray) {
    let values = array.doubles
    let size = values.count / max(array.shape.extents.first ?? 1, 1)
    rows = stride(from: 0, to: values.count, by: max(size, 1)).map { Array(values[$0..<$0 + size]) }
  }

  init(rows: [[Double]]) { self.rows = rows }

  /// The images as an array of 8 by 8.
  var array: NDArray {
    get throws { try NDArray(rows.flatMap { row in row.map { Float($0) } }, shape: [rows.count, 8, 8, 1]) }
  }

  /// Magnitudes, each image scaled to a greatest of 1.
  var magnitudes: Pixels {
    Pixels(
      rows: rows.map { row in
        let most = row.map(abs).max() ?? 0
        return row.map { most > 0 ? abs($0) / most : 0 }
      })
  }

  /// Maps of 4 by 4 as 8 by 8.
  var doubled: Pixels {
    Pixels(rows: rows.map { row in (0..<64).map { row[$0 / 16 * 4 + $0 % 8 / 2] } })
  }

  /// The images with some places of each made black.
  func blanked(_ places: [[Int]]) -> Pixels {
    Pixels(
      rows: zip(rows, places).map { row, places in
        var row = row
        for place in places { row[place] = 0 }
        return row
      })
  }

  /// The places of the greatest values of each image, the greatest first.
  func greatest(_ count: Int) -> [[Int]] {
    rows.map { row in Array(row.indices.sorted { (row[$1], $0) < (row[$0], $1) }.prefix(count)) }
  }
}
