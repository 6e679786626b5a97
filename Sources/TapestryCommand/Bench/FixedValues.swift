package import TapestryCompiler
package import TapestryCore
import TapestryGraph

// Numbers that Tapestry and the script that runs PyTorch both compute, so that no file of weights is needed.
//
// Element i of what is called `name` hashes both: the name by FNV-1a, then the index by the steps that end MurmurHash3.
// 24 bits of the hash make a number in [-1, 1), times a power of two at most 1 / sqrt(fan-in): every one of them is
// exact in float32. Whatever starts as one value everywhere (biases, scales, moments) keeps it, and so do feeds of
// whole numbers (tokens, labels).

/// Arrays that are a function of name and shape.
package enum FixedValues {
  private static func seed(_ name: String) -> UInt32 {
    name.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  private static func value(_ seed: UInt32, at index: Int) -> Double {
    var bits = seed &+ UInt32(truncatingIfNeeded: index) &* 0x9e37_79b9
    bits = (bits ^ bits >> 16) &* 0x85eb_ca6b
    bits = (bits ^ bits >> 13) &* 0xc2b2_ae35
    bits ^= bits >> 16
    return Double(bits >> 8) * 0x1p-23 - 1
  }

  /// The greatest power of two that is at most 1 / sqrt(count).
  private static func scale(for count: Int) -> Double {
    var scale = 1.0
    while scale * scale * Double(count) > 1 { scale /= 2 }
    return scale
  }

  /// The array of a name; the last axis of a weight is not part of its fan-in.
  package static func array(_ name: String, _ type: TensorType) -> NDArray {
    let (seed, scale) = (seed(name), scale(for: type.shape.count / max(type.shape.extents.last ?? 1, 1)))
    return NDArray(type.shape, type.dtype) { scale * value(seed, at: $0) }
  }

  /// A state with fixed values for all that starts at random.
  package static func state(_ state: ModelState) -> ModelState {
    var result = state
    for path in state.paths {
      guard let start = state[path], start.dtype.isFloat, start.doubles.contains(where: { $0 != start.double(at: 0) })
      else { continue }
      result[path] = array(path, start.type)
    }
    return result
  }

  /// Feeds with fixed values in [-1, 1) for all that are no whole numbers.
  package static func feeds(_ feeds: Feeds) -> Feeds {
    Feeds(
      feeds.entries.map { entry in
        guard entry.array.doubles.contains(where: { $0 != $0.rounded() }) else { return (entry.input, entry.array) }
        return (entry.input, feature(entry.input.name, entry.array.type))
      })
  }

  /// The array of a name in [-1, 1).
  static func feature(_ name: String, _ type: TensorType) -> NDArray {
    let seed = seed(name)
    return NDArray(type.shape, type.dtype) { value(seed, at: $0) }
  }
}
