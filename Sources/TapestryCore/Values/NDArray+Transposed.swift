extension NDArray {
  /// The elements with the axes in another order: axis i of the result is axis `order[i]`. Each axis must be named once.
  ///
  /// Walks the result row by row and keeps the place in the source by adding its strides, so no division is made.
  package func transposed(_ order: [Int]) -> NDArray {
    precondition(order.sorted() == Array(shape.extents.indices), "\(order) is not an order of the axes of \(shape)")
    var result = NDArray(zeros: Shape(order.map { shape[$0] }), dtype)
    guard count > 0 else { return result }
    let (size, extents, own) = (dtype.byteCount, result.shape.extents, shape.rowMajorStrides)
    let strides = order.map { own[$0] }
    withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        var index = [Int](repeating: 0, count: extents.count)
        var from = 0
        for to in stride(from: 0, to: target.count, by: size) {
          for byte in 0..<size { target[to + byte] = source[from * size + byte] }
          var axis = extents.count - 1
          while axis >= 0 {
            index[axis] += 1
            from += strides[axis]
            if index[axis] < extents[axis] { break }
            from -= strides[axis] * extents[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
    return result
  }
}
