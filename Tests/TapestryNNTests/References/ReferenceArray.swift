import TapestryCore

/// An array of a reference file, in float64.
struct ReferenceArray: Decodable {
  let kind: String
  let shape: [Int]
  let values: [Double]

  /// The array in a float type, or in its own type where that is no float.
  func array(_ dtype: DType) throws -> NDArray {
    let shape = Shape(shape)
    switch kind {
    case "int32": return try NDArray(values.map { Int32($0) }, shape: shape)
    case "bool": return try NDArray(values.map { $0 != 0 }, shape: shape)
    default:
      return dtype == .float64 ? try NDArray(values, shape: shape) : try NDArray(values.map { Float($0) }, shape: shape)
    }
  }

  /// The largest |a - b| / max(|b|, rms(b)) over the elements a of an array and b of this one.
  func error(of array: NDArray) -> Double {
    guard array.shape == Shape(shape) else { return .infinity }
    let mean = values.reduce(0) { $0 + $1 * $1 } / Double(Swift.max(values.count, 1))
    let typical = mean.squareRoot()
    return zip(array.doubles, values).reduce(0) { worst, pair in
      let scale = Swift.max(Swift.abs(pair.1), typical)
      let error = Swift.abs(pair.0 - pair.1) / (scale == 0 ? 1 : scale)
      // A not-a-number is an error, which `max` would drop.
      return error.isNaN ? .infinity : Swift.max(worst, error)
    }
  }
}
