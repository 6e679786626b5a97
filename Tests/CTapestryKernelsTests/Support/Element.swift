import CTapestryKernels

/// A Swift type that stands for an element type of the kernels.
protocol Element: BitwiseCopyable, Comparable, Sendable {
  static var dtype: tap_dtype { get }
  /// A value made of a small whole number.
  init(small: Int)
}

extension Float: Element {
  static var dtype: tap_dtype { TAP_F32 }
  init(small: Int) { self = Float(small) }
}

extension Double: Element {
  static var dtype: tap_dtype { TAP_F64 }
  init(small: Int) { self = Double(small) }
}

extension Int32: Element {
  static var dtype: tap_dtype { TAP_I32 }
  init(small: Int) { self = Int32(small) }
}

/// A bool: 0 or 1.
extension UInt8: Element {
  static var dtype: tap_dtype { TAP_BOOL }
  init(small: Int) { self = UInt8(small & 1) }
}

/// Values that repeat in every run of the tests.
struct Dice {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

  /// Between -1 and 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in Float(unit()) * scale }
  }

  mutating func doubles(_ count: Int, scale: Double = 1) -> [Double] { (0..<count).map { _ in unit() * scale } }

  mutating func integers(_ count: Int, in range: Range<Int>) -> [Int32] {
    (0..<count).map { _ in Int32(range.lowerBound + below(range.count)) }
  }

  /// Whole numbers between -8 and 8 (bools: 0 and 1), so that sums and products of a few are exact.
  mutating func small<E: Element>(_ count: Int, as type: E.Type) -> [E] {
    (0..<count).map { _ in E(small: below(17) - 8) }
  }
}

/// A value as the pattern of its bits, all NaN alike, so that arrays of floats compare exactly.
func pattern<E: Element>(_ value: E) -> UInt64 {
  guard value == value else { return .max }
  return withUnsafeBytes(of: value) { bytes in
    switch bytes.count {
    case 1: UInt64(bytes[0])
    case 4: UInt64(bytes.loadUnaligned(as: UInt32.self))
    default: bytes.loadUnaligned(as: UInt64.self)
    }
  }
}

func patterns<E: Element>(_ values: [E]) -> [UInt64] { values.map(pattern) }
