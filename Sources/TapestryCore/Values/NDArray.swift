/// A concrete array: element type, shape and values, row-major and contiguous. A copy-on-write value.
public struct NDArray: Sendable {
  /// Element type and shape.
  public let type: TensorType
  package private(set) var storage: ArrayStorage

  /// The extents along each axis.
  public var shape: Shape { type.shape }
  /// The type of the elements.
  public var dtype: DType { type.dtype }
  /// The number of elements.
  public let count: Int

  /// An array of zeros (false for Bool). No extent may be negative.
  public init(zeros shape: Shape, _ dtype: DType = .float32) {
    precondition(shape.extents.allSatisfy { $0 >= 0 }, "an array of shape \(shape) has a negative extent")
    type = TensorType(dtype, shape)
    count = shape.count
    storage = ArrayStorage(byteCount: type.byteCount)
  }

  /// An array whose every element is the one nearest to `value`.
  public init(repeating value: Double, _ shape: Shape, _ dtype: DType = .float32) {
    self.init(zeros: shape, dtype)
    switch dtype {
    case .float32: fill(with: Float(value))
    case .float64: fill(with: value)
    case .int32: fill(with: Int32(nearest: value))
    case .bool: fill(with: Bool(nearest: value))
    }
  }

  /// A scalar of the element's type.
  public init<Element: ArrayElement>(_ value: Element) {
    self.init(zeros: [], Element.dtype)
    storage.base.storeBytes(of: value, as: Element.self)
  }

  /// A vector of the elements' type.
  public init<Element: ArrayElement>(_ values: [Element]) {
    self.init(zeros: Shape([values.count]), Element.dtype)
    fill(from: values)
  }

  /// An array of the shape, filled row by row.
  ///
  /// - Throws: `shapeMismatch` when the number of values is not the shape's element count or an extent is negative.
  public init<Element: ArrayElement>(_ values: [Element], shape: Shape) throws(TapestryError) {
    try NDArray.requireNoNegativeExtent(shape)
    guard values.count == shape.count else {
      throw TapestryError(
        .shapeMismatch, "\(values.count) values do not fill an array of shape \(shape), which holds \(shape.count)",
        remedy: "give a shape whose extents multiply to \(values.count)")
    }
    self.init(zeros: shape, Element.dtype)
    fill(from: values)
  }

  private func fill<Element: ArrayElement>(with value: Element) {
    storage.base.assumingMemoryBound(to: Element.self).update(repeating: value, count: count)
  }

  private func fill<Element: ArrayElement>(from values: [Element]) {
    values.withUnsafeBytes { source in
      if let address = source.baseAddress { storage.base.copyMemory(from: address, byteCount: source.count) }
    }
  }

  /// The same elements under another shape of equal count; no copy.
  ///
  /// - Throws: `shapeMismatch` when the counts differ or an extent is negative.
  public func reshaped(_ shape: Shape) throws(TapestryError) -> NDArray {
    try NDArray.requireNoNegativeExtent(shape)
    guard shape.count == count else {
      throw TapestryError(
        .shapeMismatch,
        "an array of shape \(self.shape) cannot take shape \(shape): \(count) elements against \(shape.count)",
        remedy: "keep the number of elements")
    }
    return NDArray(TensorType(dtype, shape), storage)
  }

  private static func requireNoNegativeExtent(_ shape: Shape) throws(TapestryError) {
    guard shape.extents.contains(where: { $0 < 0 }) else { return }
    throw TapestryError(
      .shapeMismatch, "an array cannot have shape \(shape), which has a negative extent",
      remedy: "give extents of 0 or more")
  }

  /// An array over storage that is not written elsewhere.
  package init(_ type: TensorType, _ storage: ArrayStorage) {
    precondition(storage.byteCount >= type.byteCount)
    self.type = type
    count = type.shape.count
    self.storage = storage
  }
}

extension NDArray {
  /// The elements, row by row.
  ///
  /// - Throws: `dtypeMismatch` when the array holds another type.
  public func values<Element: ArrayElement>(as element: Element.Type) throws(TapestryError) -> [Element] {
    guard Element.dtype == dtype else {
      throw TapestryError(
        .dtypeMismatch, "an array of \(dtype) was read as \(Element.dtype)",
        remedy: "read it as \(dtype), or use `doubles`, which converts")
    }
    return [Element](UnsafeBufferPointer(start: elements(Element.self), count: count))
  }

  /// The elements as doubles, row by row; exact for every element type.
  public var doubles: [Double] {
    switch dtype {
    case .float32: UnsafeBufferPointer(start: elements(Float.self), count: count).map(Double.init)
    case .float64: Array(UnsafeBufferPointer(start: elements(Double.self), count: count))
    case .int32: UnsafeBufferPointer(start: elements(Int32.self), count: count).map(Double.init)
    case .bool: UnsafeBufferPointer(start: elements(UInt8.self), count: count).map { $0 == 0 ? 0 : 1 }
    }
  }

  /// The element at a row-major place as a double. The place must exist.
  public func double(at place: Int) -> Double {
    precondition(place >= 0 && place < count, "place \(place) outside an array of \(count) elements")
    return switch dtype {
    case .float32: Double(elements(Float.self)[place])
    case .float64: elements(Double.self)[place]
    case .int32: Double(elements(Int32.self)[place])
    case .bool: elements(UInt8.self)[place] == 0 ? 0 : 1
    }
  }

  /// Sets the element at a row-major place to the one nearest to `value`. The place must exist.
  public mutating func setDouble(_ value: Double, at place: Int) {
    precondition(place >= 0 && place < count, "place \(place) outside an array of \(count) elements")
    let address = uniqueBytes()
    switch dtype {
    case .float32: address.assumingMemoryBound(to: Float.self)[place] = Float(value)
    case .float64: address.assumingMemoryBound(to: Double.self)[place] = value
    case .int32: address.assumingMemoryBound(to: Int32.self)[place] = Int32(nearest: value)
    case .bool: address.assumingMemoryBound(to: UInt8.self)[place] = value != 0 ? 1 : 0
    }
  }

  /// Sets the elements from a row-major place on, each to the one nearest to its value. The places must exist.
  package mutating func setDoubles(_ values: UnsafeMutableBufferPointer<Double>, from place: Int) {
    precondition(place >= 0 && place + values.count <= count, "places outside an array of \(count) elements")
    func set<Element: ArrayElement>(_ elements: UnsafeMutablePointer<Element>) {
      for index in values.indices { elements[place + index] = Element(nearest: values[index]) }
    }
    let address = uniqueBytes()
    switch dtype {
    case .float32: set(address.assumingMemoryBound(to: Float.self))
    case .float64: set(address.assumingMemoryBound(to: Double.self))
    case .int32: set(address.assumingMemoryBound(to: Int32.self))
    case .bool: set(address.assumingMemoryBound(to: Bool.self))
    }
  }

  private func elements<Element>(_ element: Element.Type) -> UnsafePointer<Element> {
    UnsafePointer(storage.base.assumingMemoryBound(to: Element.self))
  }

  /// Calls `body` with the bytes of the elements.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(start: storage.base, count: type.byteCount))
  }

  /// Calls `body` with the bytes of the elements for writing, after a copy where they are shared.
  public mutating func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let address = uniqueBytes()
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableRawBufferPointer(start: address, count: type.byteCount))
  }

  /// The address of the elements after making this array their only owner.
  package mutating func uniqueBytes() -> UnsafeMutableRawPointer {
    if !isKnownUniquelyReferenced(&storage) { storage = ArrayStorage(copying: storage) }
    return storage.base
  }
}

extension NDArray: Hashable {
  /// Equal type and equal bits (so a not-a-number equals itself, and -0 differs from 0).
  public static func == (a: NDArray, b: NDArray) -> Bool {
    guard a.type == b.type else { return false }
    if a.storage === b.storage { return true }
    return a.withUnsafeBytes { x in b.withUnsafeBytes { y in equalBytes(x, y) } }
  }

  /// Compares eight bytes at a time; both buffers are of one size and aligned as array storage is.
  private static func equalBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    let wholeWords = a.count / 8 * 8
    for offset in stride(from: 0, to: wholeWords, by: 8) {
      guard a.load(fromByteOffset: offset, as: UInt64.self) == b.load(fromByteOffset: offset, as: UInt64.self) else {
        return false
      }
    }
    return a[wholeWords...].elementsEqual(b[wholeWords...])
  }

  /// Hashes type and the first bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.prefix(256))) }
  }
}

extension NDArray: CustomStringConvertible {
  /// Type and the first eight elements, as `float32[2] [1.0, 2.0]`.
  public var description: String {
    let shown = (0..<Swift.min(count, 8)).map { place in
      switch dtype {
      case .int32: "\(Int(double(at: place)))"
      case .bool: double(at: place) == 0 ? "false" : "true"
      case .float32: "\(Float(double(at: place)))"
      case .float64: "\(double(at: place))"
      }
    }
    return "\(type) [" + shown.joined(separator: ", ") + (count > 8 ? ", ...]" : "]")
  }
}
