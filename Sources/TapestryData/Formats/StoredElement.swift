import TapestryCore

/// The elements of an array as they stand in a file.
enum StoredElement: CustomStringConvertible {
  /// Those of an array.
  case same(DType)
  /// Whole numbers of 64 bits, which become int32 where each of them fits.
  case int64
  /// Half precision, which becomes float32.
  case float16
  /// The upper half of float32, which becomes that.
  case bfloat16

  var byteCount: Int {
    switch self {
    case .same(let dtype): dtype.byteCount
    case .int64: 8
    case .float16, .bfloat16: 2
    }
  }

  var description: String {
    switch self {
    case .same(let dtype): "\(dtype)"
    case .int64: "int64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    }
  }

  /// The bytes of an array of a shape, `Int.max` for more than can be counted.
  func byteCount(of shape: Shape) -> Int {
    let (count, overflow) = shape.count.multipliedReportingOverflow(by: byteCount)
    return overflow ? .max : count
  }
}

extension FileBytes {
  /// The array of stored elements from an offset on.
  func array(
    _ element: StoredElement, _ shape: Shape, at offset: Int, bigEndian: Bool = false
  ) throws(TapestryError) -> NDArray {
    try require(element.byteCount(of: shape), at: offset, "\(element)\(shape)")
    switch element {
    case .same(let dtype): return try array(TensorType(dtype, shape), at: offset, bigEndian: bigEndian)
    case .int64: return try narrowed(shape, at: offset, bigEndian: bigEndian)
    case .float16, .bfloat16:
      let isBrain = if case .bfloat16 = element { true } else { false }
      return NDArray(elements: shape, Float.self) { place in
        let (first, second) = (bytes[offset + 2 * place], bytes[offset + 2 * place + 1])
        let pattern = bigEndian ? UInt16(first) << 8 | UInt16(second) : UInt16(second) << 8 | UInt16(first)
        return isBrain ? Float(bitPattern: UInt32(pattern) << 16) : Float(halfPattern: pattern)
      }
    }
  }

  /// Whole numbers of 64 bits as int32, from an offset on, where they are known to be.
  private func narrowed(_ shape: Shape, at offset: Int, bigEndian: Bool) throws(TapestryError) -> NDArray {
    var numbers: [Int32] = []
    numbers.reserveCapacity(shape.count)
    for place in 0..<shape.count {
      let number = try integer(Int64.self, at: offset + 8 * place, bigEndian: bigEndian, "a number")
      guard let narrow = Int32(exactly: number) else {
        throw fault(
          at: offset + 8 * place, expected: "a whole number of 32 bits", found: "\(number)",
          remedy: "convert the array to float64 or to smaller numbers before saving it")
      }
      numbers.append(narrow)
    }
    return NDArray(elements: shape, Int32.self) { numbers[$0] }
  }
}

extension Float {
  /// The number of a half-precision pattern: a sign, 5 bits of exponent biased by 15, 10 bits of fraction (IEEE 754).
  ///
  /// The type `Float16` is not there on every platform.
  init(halfPattern pattern: UInt16) {
    let (exponent, fraction) = (UInt32(pattern >> 10) & 31, UInt32(pattern) & 0x3FF)
    let magnitude: Float =
      switch exponent {
      // Below the smallest normal number fractions count in steps of two to the power of -24.
      case 0: Float(fraction) * 0x1p-24
      case 31: Float(bitPattern: 0x7F80_0000 | fraction << 13)
      default: Float(bitPattern: (exponent + 112) << 23 | fraction << 13)
      }
    self = pattern >> 15 == 0 ? magnitude : -magnitude
  }
}
