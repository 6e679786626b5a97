package import TapestryCore

// Reading and adding by index.
//
// The table has shape batch + outer + [extent] + inner, where batch is its first `batchDims` axes and `extent` is that of
// the indexed axis; the indices have shape batch + places. Both ops pair index i of batch b with the block `inner`:
//
//   gather      result[b, o, i, :] = table[b, o, indices[b, i], :]            of shape batch + outer + places + inner
//   scatterAdd  result = base, then result[b, o, indices[b, i], :] += updates[b, o, i, :] in the order of i
//
// so each is the other's gradient. `IndexedBlocks` flattens the shapes to the five numbers the kernels take.

/// The shapes of a gather or scatter flattened: what the kernels call batch, outer, extent, count, inner.
package struct IndexedBlocks: Hashable, Sendable {
  package let batch, outer, extent, count, inner: Int

  package init(table: Shape, indices: Shape, axis: Int, batchDims: Int) {
    func product(_ extents: ArraySlice<Int>) -> Int { extents.reduce(1, *) }
    batch = product(table.extents[..<batchDims])
    outer = product(table.extents[batchDims..<axis])
    extent = table[axis]
    count = product(indices.extents[batchDims...])
    inner = product(table.extents[(axis + 1)...])
  }

  /// Calls `body` with (place of an update's element, place of the index, place of the table's row 0 element).
  func forEach(
    _ body: (_ element: Int, _ index: Int, _ base: Int) throws(TapestryError) -> Void
  ) throws(TapestryError) {
    for b in 0..<batch {
      for o in 0..<outer {
        for i in 0..<count {
          for k in 0..<inner {
            try body(
              ((b * outer + o) * count + i) * inner + k, b * count + i, (b * outer + o) * extent * inner + k)
          }
        }
      }
    }
  }
}

/// Attributes and shape rule that gather and scatterAdd share.
package protocol IndexingOp: Op {
  var axis: Int { get }
  var batchDims: Int { get }
}

extension IndexingOp {
  package var attributes: String { "axis: \(axis)" + (batchDims == 0 ? "" : " batch: \(batchDims)") }

  /// The shape of what is gathered from the table, or of the updates scattered into it.
  func gatheredShape(_ table: TensorType, _ indices: TensorType) throws(OpFault) -> Shape {
    guard table.shape.extents.indices.contains(axis) else { throw .noAxis(axis, table.shape) }
    try indices.requireIndices()
    guard batchDims >= 0, batchDims <= axis, batchDims <= indices.shape.rank else {
      throw OpFault(
        .invalidAttribute, "\(batchDims) batch axes before axis \(axis), of indices \(indices.shape)",
        remedy: "give no more batch axes than the indices have and than come before the axis")
    }
    guard table.shape.extents[..<batchDims] == indices.shape.extents[..<batchDims] else {
      throw OpFault(
        .shapeMismatch, "the first \(batchDims) axes of \(table.shape) and \(indices.shape) differ",
        remedy: "make the batch axes equal")
    }
    let shape = Shape(
      Array(table.shape.extents[..<axis]) + indices.shape.extents[batchDims...] + table.shape.extents[(axis + 1)...])
    guard shape.rank <= Shape.maximumRank else { throw .tooManyAxes(shape) }
    return shape
  }
}

/// The blocks of a table that indices name.
package struct Gather: IndexingOp {
  package static let name = "gather"
  package static let summary =
    "result[b, o, i, :] = x[b, o, indices[b, i], :]; a run fails where an index is out of range."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Gather(axis: 0, batchDims: 0), [SampleOperand([5, 3]), SampleOperand([4], .int32, in: 0...4)]),
    OpSample(Gather(axis: 1, batchDims: 0), [SampleOperand([2, 4, 3]), SampleOperand([2, 2], .int32, in: 0...3)]),
    OpSample(Gather(axis: 1, batchDims: 1), [SampleOperand([3, 4]), SampleOperand([3], .int32, in: 0...3)]),
    OpSample(Gather(axis: 2, batchDims: 1), [SampleOperand([2, 3, 4, 2]), SampleOperand([2, 3], .int32, in: 0...3)]),
    OpSample(Gather(axis: 0, batchDims: 0), [SampleOperand([0, 3]), SampleOperand([0], .int32)]),
  ]

  package let axis: Int
  package let batchDims: Int

  package init(axis: Int, batchDims: Int) {
    self.axis = axis
    self.batchDims = batchDims
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    [TensorType(operands[0].dtype, try gatheredShape(operands[0], operands[1]))]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let zeros = p[0].filled(with: 0)
    return [scatterAdd(zeros, p.cotangent, at: p[1], axis: axis, batchDims: batchDims), nil]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let (x, indices) = (operands[0], operands[1])
    let blocks = IndexedBlocks(table: x.shape, indices: indices.shape, axis: axis, batchDims: batchDims)
    let lead = Array(x.shape.extents[..<axis])
    let shape = Shape(lead + indices.shape.extents[batchDims...] + x.shape.extents[(axis + 1)...])
    var result = NDArray(zeros: shape, x.dtype)
    try blocks.forEach { (element, index, base) throws(TapestryError) in
      let row = try checkIndex(indices.double(at: index), in: blocks.extent, of: Self.name)
      result.setDouble(x.double(at: base + row * blocks.inner), at: element)
    }
    return [result]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// A table with updates added to the blocks that indices name.
package struct ScatterAdd: IndexingOp {
  package static let name = "scatterAdd"
  package static let summary =
    "x with updates[b, o, i, :] added to its block [b, o, indices[b, i], :], in the order of i."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(
      ScatterAdd(axis: 0, batchDims: 0),
      [SampleOperand([5, 3]), SampleOperand([4, 3]), SampleOperand([4], .int32, in: 0...4)]),
    OpSample(
      ScatterAdd(axis: 2, batchDims: 1),
      [SampleOperand([2, 3, 4, 2]), SampleOperand([2, 3, 3, 2]), SampleOperand([2, 3], .int32, in: 0...3)]),
    OpSample(
      ScatterAdd(axis: 1, batchDims: 1),
      [SampleOperand([3, 4]), SampleOperand([3]), SampleOperand([3], .int32, in: 0...3)]),
  ]

  package let axis: Int
  package let batchDims: Int

  package init(axis: Int, batchDims: Int) {
    self.axis = axis
    self.batchDims = batchDims
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let (base, updates) = (operands[0], operands[1])
    guard base.dtype == updates.dtype, base.dtype != .bool else {
      throw OpFault(
        .dtypeMismatch, "\(updates.dtype) is not added to \(base.dtype)",
        remedy: "cast the updates: `cast(x, to: .\(base.dtype == .bool ? .int32 : base.dtype))`")
    }
    let wanted = try gatheredShape(base, operands[2])
    guard updates.shape == wanted else {
      throw OpFault(
        .shapeMismatch, "the updates have shape \(updates.shape), not \(wanted)",
        remedy: "give an update for each index, with the other axes of the base")
    }
    return [base]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [p.cotangent, p.needs[1] ? gather(p.cotangent, p[2], axis: axis, batchDims: batchDims) : nil, nil]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let (updates, indices) = (operands[1], operands[2])
    var result = operands[0]
    let blocks = IndexedBlocks(table: result.shape, indices: indices.shape, axis: axis, batchDims: batchDims)
    try blocks.forEach { (element, index, base) throws(TapestryError) in
      let row = try checkIndex(indices.double(at: index), in: blocks.extent, of: Self.name)
      let place = base + row * blocks.inner
      result.setDouble(result.double(at: place) + updates.double(at: element), at: place)
    }
    return [result]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { operands[1].shape.count }
}

extension OpCatalogue {
  static let indexing: [any Op.Type] = [Gather.self, ScatterAdd.self]
}

/// The blocks of `x` that int32 indices name along an axis: the axes of the indices take the place of that axis.
///
/// The first `batchDims` axes of both are paired: `result[b, o, i, :] = x[b, o, indices[b, i], :]`. A run that meets an
/// index out of range throws `indexOutOfRange`. Gradient: ``scatterAdd(_:_:at:axis:batchDims:file:line:)``.
public func gather(
  _ x: Tensor, _ indices: Tensor, axis: Int = 0, batchDims: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard let axis = x.checked(axis, of: "gather", file, line) else { return Tensor(x.graph, .poison) }
  return x.binary(Gather(axis: axis, batchDims: batchDims), indices, file, line)
}

/// `x` with `updates[b, o, i, :]` added to its block `[b, o, indices[b, i], :]`, in the order of `i`.
///
/// The updates have the shape ``gather(_:_:axis:batchDims:file:line:)`` would give. A run that meets an index out of
/// range throws `indexOutOfRange`.
public func scatterAdd(
  _ x: Tensor, _ updates: Tensor, at indices: Tensor, axis: Int = 0, batchDims: Int = 0,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard let axis = x.checked(axis, of: "scatterAdd", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.record(
    ScatterAdd(axis: axis, batchDims: batchDims), [x, updates, indices], at: SourcePlace(file, line))[0]
}
