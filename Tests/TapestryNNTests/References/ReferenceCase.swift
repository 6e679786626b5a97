import Foundation
import TapestryCore

/// One case of a file of `Tests/References/NN`: what PyTorch computed. See `Tests/Scripts/reference_cases.py`.
struct ReferenceCase: Decodable {
  let name: String
  let inputs: [String: ReferenceArray]
  let parameters: [String: ReferenceArray]
  let outputs: [String: ReferenceArray]
  /// By output: what it is multiplied by in the sum that the gradients are of.
  let weights: [String: ReferenceArray]
  /// By input or parameter.
  let gradients: [String: ReferenceArray]
  /// Variables after the run, by path.
  let state: [String: ReferenceArray]

  /// The case of a name in a family's file.
  static func named(_ name: String, in family: String) throws -> ReferenceCase {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try Data(contentsOf: tests.appending(path: "References/NN/\(family).json"))
    let file = try JSONDecoder().decode(File.self, from: text)
    guard let found = file.cases.first(where: { $0.name == name }) else { throw Missing(name: name, family: family) }
    return found
  }

  private struct File: Decodable { let cases: [ReferenceCase] }
  private struct Missing: Error { let name, family: String }
}

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
