import TapestryCore

/// The elements of an array as they stand in a file.
enum StoredElement: CustomStringConvertible {
  /// Those of an array.
  case same(DType)
  /// Whole numbers of 64 bits, which become int32 where each of them fits.
  case int64

  var byteCount: Int {
    switch self {
    case .same(let dtype): dtype.byteCount
    case .int64: 8
    }
  }

  var description: String {
    switch self {
    case .same(let dtype): "\(dtype)"
    case .int64: "int64"
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
    if case .same(let dtype) = element { return try array(TensorType(dtype, shape), at: offset, bigEndian: bigEndian) }
    try require(element.byteCount(of: shape), at: offset, "\(element)\(shape)")
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
