import TapestryCore
import TapestryGraph

/// Arrays full of the values that rules get wrong.
enum SpecialValues {
  /// Values for exact rules: everything there is.
  static func any(_ dtype: DType) -> [Double] {
    switch dtype {
    case .bool: return [0, 1]
    case .int32: return [0, 1, -1, 2, -7, 46341, 2_147_483_647, -2_147_483_648]
    case .float32:
      return plain + [0x1p-149, -0x1p-149, 1.1e-38, 3.4e38, -3.4e38, 2e19].map { Double(Float($0)) }
    case .float64: return plain + [0x1p-1074, -0x1p-1074, 2.3e-308, 1.7e308, -1.7e308, 1e160]
    }
  }

  /// Values among which no sum and no product overflows half way.
  static func moderate(_ dtype: DType) -> [Double] { dtype.isFloat ? plain : any(dtype) }

  private static let plain: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 0.5, -2, 3, 1.5, -2.25, 0.0625, 7, -0.375,
  ]

  /// An array of one type, its elements drawn from a list; each round draws others.
  static func array(_ type: TensorType, from values: [Double], round: Int, name: String) -> NDArray {
    let stream = RandomStream(seed: round, name: name)
    return NDArray(type.shape, type.dtype) { values[Int(stream.bits(at: $0)) % values.count] }
  }
}

extension NDArray {
  /// Whether two arrays have the same bits, any not-a-number being as good as another.
  func isSame(as other: NDArray) -> Bool {
    guard type == other.type else { return false }
    return zip(doubles, other.doubles).allSatisfy { $0.isNaN && $1.isNaN || $0 == $1 && $0.sign == $1.sign }
  }
}
