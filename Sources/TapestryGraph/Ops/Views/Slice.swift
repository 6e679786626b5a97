package import TapestryCore

/// The elements from a start to an end along every axis, each so many apart.
package struct Slice: Op {
  package static let name = "slice"
  package static let summary = "Along each axis the elements from start up to end, each step apart."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Slice(starts: [1, 0], ends: [3, 4], steps: [1, 1]), [SampleOperand([4, 5])]),
    OpSample(Slice(starts: [0, 1], ends: [5, 6], steps: [2, 3]), [SampleOperand([5, 7])]),
    OpSample(Slice(starts: [2], ends: [2], steps: [1]), [SampleOperand([3])]),
  ]

  package let starts: [Int]
  package let ends: [Int]
  package let steps: [Int]

  package init(starts: [Int], ends: [Int], steps: [Int]) {
    self.starts = starts
    self.ends = ends
    self.steps = steps
  }

  package var attributes: String {
    "["
      + starts.indices.map { "\(starts[$0])..<\(ends[$0])" + (steps[$0] == 1 ? "" : " by \(steps[$0])") }
      .joined(separator: ", ") + "]"
  }
  package var fusion: FusionClass { .view }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let shape = operands[0].shape
    guard starts.count == shape.rank, ends.count == shape.rank, steps.count == shape.rank else {
      throw OpFault(
        .axisOutOfRange, "\(starts.count) ranges for the \(shape.rank) axes of \(shape)",
        remedy: "give a start, an end and a step for each axis")
    }
    for axis in shape.extents.indices {
      guard 0 <= starts[axis], starts[axis] <= ends[axis], ends[axis] <= shape[axis], steps[axis] >= 1 else {
        throw OpFault(
          .invalidAttribute,
          "\(starts[axis]) ..< \(ends[axis]) by \(steps[axis]) is not within extent \(shape[axis]) of axis \(axis)",
          remedy: "keep 0 <= start <= end <= \(shape[axis]), and a step of 1 or more")
      }
    }
    return [TensorType(operands[0].dtype, resultShape)]
  }

  private var resultShape: Shape {
    Shape(starts.indices.map { (ends[$0] - starts[$0] + steps[$0] - 1) / steps[$0] })
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    var spread = p.cotangent
    for axis in steps.indices { spread = spread.dilated(axis, by: steps[axis]) }
    let low = starts
    let high = starts.indices.map { p[0].shape[$0] - starts[$0] - spread.extent($0) }
    return [pad(spread, low: low, high: high)]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let shape = resultShape
    return [
      NDArray(shape, x.dtype) { place in
        let index = shape.index(of: place)
        return x.double(at: x.shape.place(of: index.indices.map { starts[$0] + index[$0] * steps[$0] }))
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

extension Tensor {
  /// The elements along an axis set `step` apart, zeros between them: what undoes a step of a slice.
  fileprivate func dilated(_ axis: Int, by step: Int) -> Tensor {
    let extent = extent(axis)
    guard step > 1, extent > 1 else { return self }
    let outer = shape.extents[..<axis].reduce(1, *)
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    let spread = pad(reshape([outer, extent, 1, inner]), axis: 2, high: step - 1)
    let length = (extent - 1) * step + 1
    var extents = shape.extents
    extents[axis] = length
    return slice(spread.reshape([outer, extent * step, inner]), axis: 1, 0..<length).reshape(Shape(extents))
  }
}

extension OpCatalogue {
  static let views: [any Op.Type] = [
    Reshape.self, Transpose.self, Broadcast.self, Slice.self, Reverse.self, Pad.self, Concatenate.self,
  ]
}

/// The elements from `starts` up to `ends` along every axis, each `steps` (1 by default) apart. Any type.
///
/// A range outside its axis, or a step below 1, is a diagnostic.
public func slice(
  _ x: Tensor, starts: [Int], ends: [Int], steps: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.unary(Slice(starts: starts, ends: ends, steps: steps ?? starts.map { _ in 1 }), file, line)
}

/// The elements of a range along one axis, each `step` apart; the other axes whole. Any type.
public func slice(
  _ x: Tensor, axis: Int, _ range: Range<Int>, step: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let shape = x.shape
  guard let axis = x.checked(axis, of: "slice", file, line) else { return Tensor(x.graph, .poison) }
  var starts = [Int](repeating: 0, count: shape.rank)
  var ends = shape.extents
  var steps = [Int](repeating: 1, count: shape.rank)
  (starts[axis], ends[axis], steps[axis]) = (range.lowerBound, range.upperBound, step)
  return slice(x, starts: starts, ends: ends, steps: steps, file: file, line: line)
}

extension Tensor {
  /// An axis that may count from the end, counted from the front; otherwise a diagnostic, none on a poisoned tensor.
  package func checked(_ axis: Int, of function: String, _ file: StaticString, _ line: UInt) -> Int? {
    if isPoisoned { return nil }
    let type = type
    if let counted = type.shape.normalized(axis: axis) { return counted }
    _ = graph.refuse("\(function) of \(type)", .noAxis(axis, type.shape), at: SourcePlace(file, line))
    return nil
  }
}

extension OpFault {
  static func noAxis(_ axis: Int, _ shape: Shape) -> OpFault {
    OpFault(
      .axisOutOfRange, "axis \(axis) is outside the \(shape.rank) axes of \(shape)",
      remedy: shape.rank == 0 ? "a scalar has no axes" : "give an axis in \(-shape.rank) ... \(shape.rank - 1)")
  }
}
