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
    drawn(type, stream, words: 1) { words in lower + width * unit(words[0]) }
  }

  /// Uniform numbers in -bound ..< bound.
  static func uniform(_ type: TensorType, _ stream: RandomStream, bound: Double) -> NDArray {
    drawn(type, stream, words: 1) { words in bound * (2 * unit(words[0]) - 1) }
  }

  /// Normal numbers; each takes two places of the stream, so it depends on no other.
  static func normal(_ type: TensorType, _ stream: RandomStream, mean: Double, deviation: Double) -> NDArray {
    drawn(type, stream, words: 2) { words in mean + deviation * normalNumber(unit(words[0]), unit(words[1])) }
  }

  /// A number in [0, 1) of the upper 24 bits of a word: ``RandomStream/uniform(at:)``.
  @inline(__always)
  private static func unit(_ word: UInt32) -> Double { Double(Int32(bitPattern: word >> 8)) * 0x1p-24 }

  /// An array of which each element is a function of some words of the stream.
  @inline(__always)
  private static func drawn(
    _ type: TensorType, _ stream: RandomStream, words: Int, _ element: (UnsafePointer<UInt32>) -> Double
  ) -> NDArray {
    guard type.dtype.isFloat else {
      return filled(type) { place in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: words) { own in
          stream.fill(own, from: words * place)
          return element(own.baseAddress!)
        }
      }
    }
    var array = NDArray(zeros: type.shape, type.dtype)
    let count = array.count
    array.withUnsafeMutableBytes { bytes in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: words * blockSize) { block in
        for start in stride(from: 0, to: count, by: blockSize) {
          let size = Swift.min(blockSize, count - start)
          stream.fill(UnsafeMutableBufferPointer(rebasing: block[..<(words * size)]), from: words * start)
          let source = UnsafePointer(block.baseAddress!)
          if type.dtype == .float32 {
            let target = bytes.assumingMemoryBound(to: Float.self).baseAddress! + start
            for place in 0..<size { target[place] = Float(element(source + words * place)) }
          } else {
            let target = bytes.assumingMemoryBound(to: Double.self).baseAddress! + start
            for place in 0..<size { target[place] = element(source + words * place) }
          }
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
