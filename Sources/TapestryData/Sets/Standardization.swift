public import TapestryCore

// z = (x - mean) / deviation for each feature, with mean and deviation of the rows to train with alone: those of the
// rows held out would tell the model of them. The deviation is that of a whole population, √(Σ (x - mean)² / n), as in
// scikit-learn's StandardScaler, in double precision and in two passes. A feature that is the same in every row has no
// deviation; it is only moved to 0.

/// Brings features to mean 0 and standard deviation 1, as measured on some rows.
public struct Standardization: Sendable, Hashable {
  /// The mean of each feature.
  public let means: [Double]
  /// The standard deviation of each feature, 1 for one that never changes.
  public let deviations: [Double]

  /// Measures rows, as a rule those to train with.
  ///
  /// - Parameter rows: float, with rows on the first axis; each place of the other axes is a feature.
  /// - Throws: `dtypeMismatch` when they are not float, `shapeMismatch` when there are none.
  public init(of rows: NDArray) throws(TapestryError) {
    try Standardization.requireFloat(rows)
    guard rows.rowCount > 0 else {
      throw TapestryError(
        .shapeMismatch, "rows of shape \(rows.shape) have neither mean nor deviation",
        remedy: "give at least one row on the first axis")
    }
    let (values, count) = (rows.doubles, rows.rowCount)
    let width = values.count / count
    var means = [Double](repeating: 0, count: width)
    for (place, value) in values.enumerated() { means[place % width] += value }
    means = means.map { $0 / Double(count) }
    var squares = [Double](repeating: 0, count: width)
    for (place, value) in values.enumerated() {
      let distance = value - means[place % width]
      squares[place % width] += distance * distance
    }
    self.means = means
    deviations = squares.map { $0 > 0 ? ($0 / Double(count)).squareRoot() : 1 }
  }

  /// Rows with each feature brought to the scale measured.
  ///
  /// - Parameter rows: float, of any number of rows with as many features as were measured.
  /// - Throws: `dtypeMismatch` when they are not float, `shapeMismatch` when they have other features.
  public func applied(to rows: NDArray) throws(TapestryError) -> NDArray {
    try Standardization.requireFloat(rows)
    guard rows.shape.rank > 0, Shape(Array(rows.shape.extents.dropFirst())).count == means.count else {
      throw TapestryError(
        .shapeMismatch, "rows of shape \(rows.shape) have not the \(means.count) features that were measured",
        remedy: "give rows with the features of those measured")
    }
    var result = rows
    for (place, value) in rows.doubles.enumerated() {
      let feature = place % means.count
      result.setDouble((value - means[feature]) / deviations[feature], at: place)
    }
    return result
  }

  private static func requireFloat(_ rows: NDArray) throws(TapestryError) {
    guard !rows.dtype.isFloat else { return }
    throw TapestryError(
      .dtypeMismatch, "features of \(rows.dtype) cannot be standardised", remedy: "give them as float32 or float64")
  }
}

extension DataSet {
  /// The same set with one column brought to a measured scale.
  ///
  /// - Throws: `unknownOutput` when there is no column of that name; as ``Standardization/applied(to:)``.
  public func standardizing(_ name: String, by scale: Standardization) throws(TapestryError) -> DataSet {
    let scaled = try scale.applied(to: self[name])
    var columns: [(name: String, array: NDArray)] = []
    for column in names { columns.append((column, column == name ? scaled : try self[column])) }
    return try DataSet(columns)
  }
}
