import TapestryCore

/// The tensor with a new axis of extent 1, which is then at place `axis` (the last by default).
public func expandDims(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  if x.isPoisoned { return x }
  var extents = x.shape.extents
  let place = axis < 0 ? axis + extents.count + 1 : axis
  guard place >= 0, place <= extents.count else {
    return x.graph.refuse(
      "expandDims of \(x.type)",
      OpFault(
        .axisOutOfRange, "axis \(axis) is no place for a new axis",
        remedy: "give an axis in \(-extents.count - 1) ... \(extents.count)"), at: SourcePlace(file, line))
  }
  extents.insert(1, at: place)
  return x.reshape(Shape(extents), file: file, line: line)
}

/// The tensor without some axes of extent 1; without all of them when no axes are given.
public func squeeze(
  _ x: Tensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  let shape = x.shape
  let ones = shape.extents.indices.filter { shape[$0] == 1 }
  var dropped: Set<Int> = []
  for axis in axes ?? ones {
    guard let counted = x.checked(axis, of: "squeeze", file, line) else { return Tensor(x.graph, .poison) }
    guard shape[counted] == 1 else {
      return x.graph.refuse(
        "squeeze of \(x.type)",
        OpFault(
          .shapeMismatch, "axis \(axis) has extent \(shape[counted])", remedy: "squeeze axes of extent 1 only"),
        at: SourcePlace(file, line))
    }
    dropped.insert(counted)
  }
  let kept = shape.extents.indices.filter { !dropped.contains($0) }.map { shape[$0] }
  return x.reshape(Shape(kept), file: file, line: line)
}

/// All axes from one on (the second by default, which keeps a batch) joined into one.
public func flatten(_ x: Tensor, from axis: Int = 1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  if x.isPoisoned { return x }
  let (shape, rank) = (x.shape, x.rank)
  // The axis after the last is legal: it adds one of extent 1, so that a vector of examples becomes a matrix.
  guard axis == rank || shape.normalized(axis: axis) != nil else {
    return x.graph.refuse("flatten of \(x.type)", .noAxis(axis, shape), at: SourcePlace(file, line))
  }
  let first = axis < 0 ? axis + rank : axis
  let joined = shape.extents[first...].reduce(1, *)
  return x.reshape(Shape(Array(shape.extents[..<first]) + [joined]), file: file, line: line)
}

/// Tensors of one type stacked along a new axis.
///
/// At least one tensor must be given.
public func stack(
  _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard !tensors.isEmpty else { return Graph.noOperands("stack", at: SourcePlace(file, line)) }
  let first = tensors[0]
  if let other = tensors.first(where: { !$0.isPoisoned && !first.isPoisoned && $0.type != first.type }) {
    return first.graph.refuse(
      "stack of \(first.type) and \(other.type)",
      OpFault(.shapeMismatch, "the types differ", remedy: "give tensors of one shape and dtype"),
      at: SourcePlace(file, line))
  }
  let place = axis < 0 ? axis + first.rank + 1 : axis
  return concatenate(
    tensors.map { expandDims($0, axis: place, file: file, line: line) }, axis: place, file: file, line: line)
}

/// The tensor cut along an axis into parts of given extents, which must add up to the axis.
public func split(
  _ x: Tensor, into extents: [Int], axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
  let poison = extents.map { _ in Tensor(x.graph, .poison) }
  guard let axis = x.checked(axis, of: "split", file, line) else { return poison }
  guard extents.allSatisfy({ $0 >= 0 }), extents.reduce(0, +) == x.extent(axis) else {
    _ = x.graph.refuse(
      "split of \(x.type)",
      OpFault(
        .shapeMismatch, "parts \(extents) do not add up to extent \(x.extent(axis)) of axis \(axis)",
        remedy: "give extents of 0 or more that add up"), at: SourcePlace(file, line))
    return poison
  }
  var start = 0
  return extents.map { extent in
    defer { start += extent }
    return slice(x, axis: axis, start..<start + extent, file: file, line: line)
  }
}

/// The tensor cut along an axis into a number of equal parts.
public func split(
  _ x: Tensor, parts: Int, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
  guard let counted = x.checked(axis, of: "split", file, line) else {
    return [Tensor](repeating: Tensor(x.graph, .poison), count: Swift.max(parts, 0))
  }
  guard parts > 0, x.extent(counted) % parts == 0 else {
    let fault = OpFault(
      .shapeMismatch, "extent \(x.extent(counted)) of axis \(counted) does not divide into \(parts) equal parts",
      remedy: "give a divisor of it, or the extent of each part with `into:`")
    let poison = x.graph.refuse("split of \(x.type)", fault, at: SourcePlace(file, line))
    return [Tensor](repeating: poison, count: Swift.max(parts, 0))
  }
  let extents = [Int](repeating: x.extent(counted) / parts, count: parts)
  return split(x, into: extents, axis: counted, file: file, line: line)
}
