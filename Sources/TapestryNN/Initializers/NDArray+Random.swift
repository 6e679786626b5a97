import Foundation
package import TapestryCore
import TapestryGraph

// Start values are drawn some thousand at a time: the words of the stream by vector kernels, then each element of them.

extension NDArray {
  /// An array whose element at each place is a function of the place, rounded to the type.
  package static func filled(_ type: TensorType, _ element: (Int) -> Double) -> NDArray {
    NDArray(type.shape, type.dtype, element)
  }

  /// Uniform numbers in lower ..< lower + width.
  static func uniform(_ type: TensorType, _ stream: RandomStream, from lower: Double, width: Double) -> NDArray {
    drawn(type, stream, words: 1) { words, numbers in
      for place in numbers.indices { numbers[place] = lower + width * unit(words[place]) }
    }
  }

  /// Uniform numbers in -bound ..< bound.
  static func uniform(_ type: TensorType, _ stream: RandomStream, bound: Double) -> NDArray {
    drawn(type, stream, words: 1) { words, numbers in
      for place in numbers.indices { numbers[place] = bound * (2 * unit(words[place]) - 1) }
    }
  }

  /// Normal numbers; each takes two places of the stream, so it depends on no other.
  static func normal(_ type: TensorType, _ stream: RandomStream, mean: Double, deviation: Double) -> NDArray {
    drawn(type, stream, words: 2) { words, numbers in
      for place in numbers.indices {
        numbers[place] = mean + deviation * normalNumber(unit(words[2 * place]), unit(words[2 * place + 1]))
      }
    }
  }

  /// A number in [0, 1) of the upper 24 bits of a word: ``RandomStream/uniform(at:)``.
  @inline(__always)
  private static func unit(_ word: UInt32) -> Double { Double(Int32(bitPattern: word >> 8)) * 0x1p-24 }

  /// An array of which each element is a function of some words of the stream; `fill` makes a block of them.
  private static func drawn(
    _ type: TensorType, _ stream: RandomStream, words: Int,
    _ fill: (_ words: UnsafeMutableBufferPointer<UInt32>, _ numbers: UnsafeMutableBufferPointer<Double>) -> Void
  ) -> NDArray {
    var array = NDArray(zeros: type.shape, type.dtype)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: words * blockSize) { block in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: blockSize) { numbers in
        for start in stride(from: 0, to: array.count, by: blockSize) {
          let part = UnsafeMutableBufferPointer(rebasing: numbers[..<Swift.min(blockSize, array.count - start)])
          stream.fill(UnsafeMutableBufferPointer(rebasing: block[..<(words * part.count)]), from: words * start)
          fill(block, part)
          array.setDoubles(part, from: start)
        }
      }
    }
    return array
  }

  /// Elements made at a time; their words stay in the first-level cache.
  private static let blockSize = 1024
}

/// A normal number of two uniform ones by the transform of Box and Muller: of u in [0, 1) and v in [0, 1),
/// sqrt(-2 log(1 - u)) cos(2 pi v) is normal.
func normalNumber(_ u: Double, _ v: Double) -> Double {
  (-2 * Foundation.log(1 - u)).squareRoot() * Foundation.cos(2 * Double.pi * v)
}
