import Foundation
package import TapestryCore
import TapestryGraph

extension NDArray {
  /// An array whose element at each place is a function of the place, rounded to the type.
  package static func filled(_ type: TensorType, _ element: (Int) -> Double) -> NDArray {
    NDArray(type.shape, type.dtype, element)
  }

  /// Uniform numbers in -bound ..< bound.
  static func uniform(_ type: TensorType, _ stream: RandomStream, bound: Double) -> NDArray {
    filled(type) { bound * (2 * stream.uniform(at: $0) - 1) }
  }

  /// Normal numbers by the transform of Box and Muller: of two uniform numbers u in (0, 1] and v in [0, 1),
  /// sqrt(-2 log u) cos(2 pi v) is normal. Each element takes two places of the stream, so it depends on no other.
  static func normal(_ type: TensorType, _ stream: RandomStream, mean: Double, deviation: Double) -> NDArray {
    filled(type) { place in
      let radius = (-2 * Foundation.log(1 - stream.uniform(at: 2 * place))).squareRoot()
      return mean + deviation * radius * Foundation.cos(2 * Double.pi * stream.uniform(at: 2 * place + 1))
    }
  }
}
