import TapestryCore

/// The matrix product of the last two axes; leading axes broadcast.
///
/// A vector on the left is a row, one on the right a column, and its axis is dropped from the result. A matrix on the
/// right takes all leading axes of the left as rows of one product. Inner extents that differ are a diagnostic.
public func matmul(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard !x.isPoisoned, !y.isPoisoned else { return x.binary(Dot(), y) }
  return x.graph.located(file, line) {
    let (a, b) = (x.shape, y.shape)
    guard a.rank >= 1, b.rank >= 1 else { return dot(x, y) }
    if a.rank == 1 {
      let result = matmul(x.reshape([1, a[0]]), y)
      return result.isPoisoned ? result : squeeze(result, axes: [b.rank == 1 ? 0 : -2])
    }
    if b.rank == 1 {
      let result = matmul(x, y.reshape([b[0], 1]))
      return result.isPoisoned ? result : squeeze(result, axes: [-1])
    }
    if a.rank == 2, b.rank == 2 { return dot(x, y) }
    if b.rank == 2, a[a.rank - 1] == b[0] {
      let lead = Array(a.extents.dropLast())
      return dot(x.reshape([lead.reduce(1, *), b[0]]), y).reshape(Shape(lead + [b[1]]))
    }
    let (lead, other) = (Shape(Array(a.extents.dropLast(2))), Shape(Array(b.extents.dropLast(2))))
    // What does not fit is left to `dot`, which says so.
    guard let wide = lead.broadcast(with: other), a[a.rank - 1] == b[b.rank - 2] else { return dot(x, y) }
    return dot(
      x.broadcast(to: Shape(wide.extents + a.extents.suffix(2))),
      y.broadcast(to: Shape(wide.extents + b.extents.suffix(2))))
  }
}
