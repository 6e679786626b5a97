/// The extents of a tensor along its axes, outermost first; `[]` is the shape of a scalar.
public struct Shape: Hashable, Sendable {
  /// The extent of each axis.
  public let extents: [Int]

  /// The most axes a tensor may have.
  public static let maximumRank = 8

  /// A shape of these extents.
  public init(_ extents: [Int]) { self.extents = extents }

  /// The number of axes.
  public var rank: Int { extents.count }

  /// The number of elements: the product of the extents, 1 for a scalar, `Int.max` where it would not fit an `Int`.
  public var count: Int { extents.contains(0) ? 0 : extents.reduce(1, saturatingProduct) }

  /// The extent of one axis. The axis must exist.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// Distances in elements between neighbours along each axis of a contiguous row-major array.
  package var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = saturatingProduct(strides[axis + 1], extents[axis + 1])
    }
    return strides
  }

  /// The axis counted from the front for `axis` in -rank ..< rank, or nil outside.
  package func normalized(axis: Int) -> Int? {
    let counted = axis < 0 ? axis + rank : axis
    return extents.indices.contains(counted) ? counted : nil
  }

  /// The shape two shapes broadcast to by NumPy's rules (aligned at the last axis, extent 1 stretches), or nil.
  package func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    let longest = Swift.max(rank, other.rank)
    var result = [Int](repeating: 1, count: longest)
    for axis in 0..<longest {
      let a = axis - (longest - rank) >= 0 ? extents[axis - (longest - rank)] : 1
      let b = axis - (longest - other.rank) >= 0 ? other.extents[axis - (longest - other.rank)] : 1
      guard a == b || a == 1 || b == 1 else { return nil }
      result[axis] = a == 1 ? b : a
    }
    return Shape(result)
  }

  /// The shape with some axes (counted from the front) reduced, kept with extent 1 or dropped.
  package func reducing(_ axes: [Int], keepingAxes: Bool) -> Shape {
    var kept: [Int] = []
    for (axis, extent) in extents.enumerated() {
      if !axes.contains(axis) { kept.append(extent) } else if keepingAxes { kept.append(1) }
    }
    return Shape(kept)
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// A shape written as its extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The extents as `[2, 3]`.
  public var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}

/// What is known of a value before it is computed: element type and shape.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// The type of the elements.
  public let dtype: DType
  /// The extents along each axis.
  public let shape: Shape

  /// The type of tensors of that element type and shape.
  public init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// Bytes of the value stored contiguously, `Int.max` where that would not fit an `Int`.
  public var byteCount: Int { saturatingProduct(shape.count, dtype.byteCount) }

  /// Type and shape as `float32[2, 3]`.
  public var description: String { "\(dtype)\(shape)" }
}

/// The product, or `Int.max` where it overflows: an absurd shape must reach the memory limit's error, not a trap.
private func saturatingProduct(_ a: Int, _ b: Int) -> Int {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? .max : product
}
