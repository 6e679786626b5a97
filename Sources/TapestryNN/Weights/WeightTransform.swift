public import TapestryCore
import TapestryData
import TapestryGraph

/// What is done to arrays of another library to make a parameter of them.
///
/// PyTorch keeps matrices as [outputs, inputs], filters as [filters, channels, height, width] and images with their
/// channels before height and width; here all of these come last.
public struct WeightTransform: Sendable {
  private let make: @Sendable ([NDArray]) throws -> NDArray

  /// A transform of one's own.
  ///
  /// - Parameter make: from the arrays in the order they are named, the parameter. What it throws is shown as the reason
  ///   why the weights do not fit.
  public init(_ make: @escaping @Sendable ([NDArray]) throws -> NDArray) { self.make = make }

  /// A transform of one array with as many axes as a range says.
  private init(
    _ wanted: String, ranks: ClosedRange<Int> = 0...Shape.maximumRank,
    _ make: @escaping @Sendable (NDArray) throws -> NDArray
  ) {
    self.init { arrays in
      guard arrays.count == 1, let array = arrays.first, ranks.contains(array.shape.rank) else {
        throw mismatch(wanted, arrays)
      }
      return try make(array)
    }
  }

  /// The array as it is.
  public static let same = WeightTransform("one array") { $0 }

  /// A matrix [outputs, inputs] as [inputs, outputs].
  public static let transposed = WeightTransform("one matrix", ranks: 2...2) { $0.transposed([1, 0]) }

  /// Filters [filters, channels, places...] as [places..., channels, filters], along one axis of places or more.
  public static let convolution = WeightTransform("filters of 3 axes or more", ranks: 3...Shape.maximumRank) { array in
    array.transposed(Array(2..<array.shape.rank) + [1, 0])
  }

  /// The matrix of a dense layer over flattened images: its inputs from the order channels, height, width to the order
  /// height, width, channels, then transposed.
  ///
  /// - Parameter image: the shape of one image before it was flattened, as height, width and channels.
  public static func flattened(_ image: Shape) -> WeightTransform {
    WeightTransform("one matrix of \(image.count) inputs, as images of \(image) have elements", ranks: 2...2) { array in
      guard image.rank == 3, array.shape[1] == image.count else {
        throw mismatch("\(image.count) inputs, as images of \(image) have elements", [array])
      }
      let outputs = array.shape[0]
      return try array.reshaped([outputs, image[2], image[0], image[1]]).transposed([2, 3, 1, 0])
        .reshaped([image.count, outputs])
    }
  }

  /// The sum of float arrays of one type, such as the two biases of a recurrent layer.
  public static let sum = WeightTransform { arrays in
    guard let first = arrays.first, first.dtype.isFloat, arrays.allSatisfy({ $0.type == first.type }) else {
      throw mismatch("float arrays of one type", arrays)
    }
    return NDArray(first.shape, first.dtype) { place in arrays.reduce(0) { $0 + $1.double(at: place) } }
  }

  /// One of several equal parts of an array's first axis, changed by another transform.
  ///
  /// - Parameters:
  ///   - part: which one, counted from 0.
  ///   - count: how many there are.
  ///   - next: what is done to the part.
  public static func part(_ part: Int, of count: Int, _ next: WeightTransform = .same) -> WeightTransform {
    WeightTransform("an array of \(count) equal parts", ranks: 1...Shape.maximumRank) { array in
      guard (0..<count).contains(part), array.shape[0] % count == 0 else {
        throw mismatch("an array of \(count) equal parts", [array])
      }
      let size = array.shape[0] / count
      return try next.apply([array.selecting(rows: Array(part * size..<(part + 1) * size))])
    }
  }

  func apply(_ arrays: [NDArray]) throws -> NDArray { try make(arrays) }
}

/// The error for arrays a transform cannot be made of.
private func mismatch(_ wanted: String, _ arrays: [NDArray]) -> TapestryError {
  TapestryError(
    .shapeMismatch, "expected \(wanted), found \(arrays.map { "\($0.type)" }.joined(separator: " and "))",
    remedy: "name another transform")
}
