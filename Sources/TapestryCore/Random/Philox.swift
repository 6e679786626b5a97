import CTapestryKernels

/// Counter-based random numbers: Philox4x32 with 10 rounds.
///
/// A number is a pure function of a key and a counter, so a draw needs no state, can be made by any thread in any
/// order, and is the same after a resumption. Tapestry uses key (seed, 0) and counter (element, step, stream low half,
/// stream high half); the kernels compute the same function.
/// Source: J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011, section 3.
package func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var c = counter
  var k = key
  for _ in 0..<10 {
    let p0 = UInt64(c[0]) * 0xD251_1F53
    let p1 = UInt64(c[2]) * 0xCD9E_8D57
    c = SIMD4(
      UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
      UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
    k[0] &+= 0x9E37_79B9
    k[1] &+= 0xBB67_AE85
  }
  return c
}

/// A stream of random numbers named by a seed and a text, such as the path of a parameter.
public struct RandomStream: Sendable {
  private let seed: UInt32
  private let stream: UInt64

  /// The stream of a seed, of which the low 32 bits count, and a name.
  public init(seed: Int, name: String) {
    self.seed = UInt32(truncatingIfNeeded: seed)
    stream = RandomStream.identifier(of: name)
  }

  /// The 64-bit FNV-1a hash of a name: the same on every machine and in every run.
  package static func identifier(of name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The word at a place of the stream.
  public func bits(at place: Int) -> UInt32 {
    RandomStream.bits(element: UInt32(truncatingIfNeeded: place), step: 0, seed: seed, stream: stream)
  }

  /// A number in [0, 1) with 24 random bits at a place of the stream.
  public func uniform(at place: Int) -> Double { Double(bits(at: place) >> 8) * 0x1p-24 }

  /// Writes the words at places from one on: as ``bits(at:)``, by the vector kernels.
  package func fill(_ words: UnsafeMutableBufferPointer<UInt32>, from place: Int) {
    RandomStream.kernels.pointee.random_words(
      words.baseAddress, UInt32(truncatingIfNeeded: place), Int64(words.count), seed, stream)
  }

  private nonisolated(unsafe) static let kernels: UnsafePointer<tap_table> = tap_table_of(tap_best_level())

  package static func bits(element: UInt32, step: UInt32, seed: UInt32, stream: UInt64) -> UInt32 {
    let halves = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    return philox(counter: [element, step, halves.0, halves.1], key: [seed, 0])[0]
  }

  /// A random order of 0 ..< count (Fisher-Yates).
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in order.indices.dropFirst().reversed() {
      order.swapAt(last, Int((UInt64(bits(at: last)) * UInt64(last + 1)) >> 32))
    }
    return order
  }
}
