public import TapestryCore

/// Named arrays with the same rows: a data set of any make.
///
/// ```swift
/// let houses = try DataSet([("features", features), ("price", prices)])
/// let parts = houses.split(holdingOut: 0.2, seed: 1)
/// for batch in parts.training.batches(of: 32, seed: 7) {
///   let out = try program.run(&state, [x: batch["features"], y: batch["price"]])
/// }
/// ```
public struct DataSet: DataRows, Hashable {
  /// The names of the columns, in the order they were given.
  public let names: [String]
  /// How many rows each column has.
  public let rowCount: Int
  private let arrays: [NDArray]

  /// A data set of columns, each with its rows on the first axis.
  ///
  /// - Throws: `shapeMismatch` when a column is a scalar or has another number of rows than the first,
  ///   `invalidAttribute` when there is no column or two share a name.
  public init(_ columns: [(name: String, array: NDArray)]) throws(TapestryError) {
    guard let first = columns.first else {
      throw TapestryError(.invalidAttribute, "a data set needs a column", remedy: "give at least one named array")
    }
    var seen: Set<String> = []
    for (name, array) in columns {
      guard seen.insert(name).inserted else {
        throw TapestryError(
          .invalidAttribute, "two columns of a data set are called '\(name)'", remedy: "give each its own name")
      }
      guard array.shape.rank >= 1, array.rowCount == first.array.rowCount else {
        throw TapestryError(
          .shapeMismatch,
          "column '\(name)' of shape \(array.shape) has not the rows of column '\(first.name)' of shape "
            + "\(first.array.shape)",
          remedy: "give columns of equal extent on the first axis")
      }
    }
    self.init(names: columns.map(\.name), arrays: columns.map(\.array), rowCount: first.array.rowCount)
  }

  private init(names: [String], arrays: [NDArray], rowCount: Int) {
    self.names = names
    self.arrays = arrays
    self.rowCount = rowCount
  }

  /// The array of a column.
  ///
  /// - Throws: `unknownOutput` when there is no column of that name, with the nearest one.
  public subscript(_ name: String) -> NDArray {
    get throws(TapestryError) {
      guard let place = names.firstIndex(of: name) else { throw unknownColumn(name, in: names, of: "the data set") }
      return arrays[place]
    }
  }

  /// A data set of the rows at these places. Each place must exist.
  public func selecting(rows: [Int]) -> DataSet {
    DataSet(names: names, arrays: arrays.map { $0.selecting(rows: rows) }, rowCount: rows.count)
  }
}

/// The error for a column that is not there.
func unknownColumn(_ name: String, in names: [String], of owner: String) -> TapestryError {
  let suggestion = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
  return TapestryError(
    .unknownOutput, "\(owner) has no column '\(name)'",
    remedy: suggestion + "its columns are " + names.map { "'\($0)'" }.joined(separator: ", "))
}
