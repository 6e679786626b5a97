public import TapestryCore

/// Where in an array the elements of its broadcast to a wider shape come from.
package struct BroadcastPlaces {
  private let extents: [Int]
  private let strides: [Int]
  /// Whether the two shapes hold the same elements in the same order.
  private let isWhole: Bool
  /// The elements of the wider shape.
  private let count: Int

  package init(from shape: Shape, to wider: Shape) {
    extents = wider.extents
    count = wider.count
    isWhole = shape.count == count
    let own = shape.rowMajorStrides
    let lead = wider.rank - shape.rank
    strides = wider.extents.indices.map { $0 < lead || shape[$0 - lead] == 1 ? 0 : own[$0 - lead] }
  }

  /// The elements of an array of the narrower shape, each wherever it stands in the wider one.
  package func spread(_ array: NDArray) -> [Double] {
    let values = array.doubles
    return isWhole ? values : (0..<count).map { values[self[$0]] }
  }

  /// The row-major place in the narrower array of a row-major place in the wider one.
  package subscript(place: Int) -> Int {
    if isWhole { return place }
    var rest = place
    var result = 0
    for axis in extents.indices.reversed() {
      result += rest % extents[axis] * strides[axis]
      rest /= extents[axis]
    }
    return result
  }
}

extension Shape {
  /// The index along each axis of a row-major place.
  package func index(of place: Int) -> [Int] {
    var rest = place
    var index = [Int](repeating: 0, count: rank)
    for axis in extents.indices.reversed() {
      index[axis] = rest % extents[axis]
      rest /= extents[axis]
    }
    return index
  }

  /// The row-major place of an index along each axis.
  package func place(of index: [Int]) -> Int {
    var place = 0
    for (axis, coordinate) in index.enumerated() { place = place * extents[axis] + coordinate }
    return place
  }
}

extension NDArray {
  /// An array whose element at each row-major place is a function of the place, and the nearest of its type.
  ///
  /// - Throws: what the function throws.
  public init(_ shape: Shape, _ dtype: DType, _ element: (Int) throws(TapestryError) -> Double) throws(TapestryError) {
    self.init(zeros: shape, dtype)
    for place in 0..<shape.count { setDouble(try element(place), at: place) }
  }

  /// An array whose element at each row-major place is a function of the place, and the nearest of its type.
  public init(_ shape: Shape, _ dtype: DType, _ element: (Int) -> Double) {
    self.init(zeros: shape, dtype)
    let address = uniqueBytes()
    switch dtype {
    case .float32:
      let elements = address.assumingMemoryBound(to: Float.self)
      for place in 0..<count { elements[place] = Float(element(place)) }
    case .float64:
      let elements = address.assumingMemoryBound(to: Double.self)
      for place in 0..<count { elements[place] = element(place) }
    case .int32:
      let elements = address.assumingMemoryBound(to: Int32.self)
      for place in 0..<count { elements[place] = Int32(nearest: element(place)) }
    case .bool:
      let elements = address.assumingMemoryBound(to: Bool.self)
      for place in 0..<count { elements[place] = Bool(nearest: element(place)) }
    }
  }
}
