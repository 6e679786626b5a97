package import TapestryCore

/// An op that gives the place of an element along an axis.
package protocol ArgOp: Op {
  var axis: Int { get }
  init(axis: Int)
  /// Whether the first element is chosen over the second, which comes later.
  static func prefers(_ x: Double, over y: Double) -> Bool
}

/// The place of the largest element along an axis.
package struct ArgMax: ArgOp {
  package static let name = "argMax"
  package static let summary = "The int32 place of the largest element along an axis: the first of equals; NaN wins."
  package let axis: Int
  package init(axis: Int) { self.axis = axis }
  package static func prefers(_ x: Double, over y: Double) -> Bool { x.isNaN || x >= y }
}

/// The place of the smallest element along an axis.
package struct ArgMin: ArgOp {
  package static let name = "argMin"
  package static let summary = "The int32 place of the smallest element along an axis: the first of equals; NaN wins."
  package let axis: Int
  package init(axis: Int) { self.axis = axis }
  package static func prefers(_ x: Double, over y: Double) -> Bool { x.isNaN || x <= y }
}

extension ArgOp {
  package static var differentiability: Differentiability { .zero }
  package var attributes: String { "axis: \(axis)" }

  package static var samples: [OpSample] {
    [
      OpSample(Self(axis: 1), [SampleOperand([3, 5])]), OpSample(Self(axis: 0), [SampleOperand([4, 3])]),
      OpSample(Self(axis: 1), [SampleOperand([2, 3, 2], .int32, in: -1...1)]),
      OpSample(Self(axis: 0), [SampleOperand([3, 0])]),
    ]
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let type = operands[0]
    guard type.dtype != .bool else {
      throw OpFault(.dtypeMismatch, "bool is not a type it takes", remedy: "cast the mask: `cast(x, to: .int32)`")
    }
    guard type.shape.extents.indices.contains(axis) else { throw .noAxis(axis, type.shape) }
    let shape = type.shape.reducing([axis], keepingAxes: false)
    guard type.shape[axis] > 0 || shape.count == 0 else {
      throw OpFault(
        .invalidAttribute, "axis \(axis) of \(type.shape) has no element to choose", remedy: "give a longer axis")
    }
    return [TensorType(.int32, shape)]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let inner = x.shape.rowMajorStrides[axis]
    let extent = x.shape[axis]
    return [
      NDArray(x.shape.reducing([axis], keepingAxes: false), .int32) { place in
        let base = place / inner * extent * inner + place % inner
        var best = 0
        for i in 1..<Swift.max(extent, 1)
        where !Self.prefers(x.double(at: base + best * inner), over: x.double(at: base + i * inner)) {
          best = i
        }
        return Double(best)
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { operands[0].shape.count }
}

extension OpCatalogue {
  static let places: [any Op.Type] = [ArgMax.self, ArgMin.self]
}

/// The int32 place of the largest element along an axis, which is dropped: the first of equals; not-a-number wins.
public func argMax(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard let axis = x.checked(axis, of: "argMax", file, line) else { return Tensor(x.graph, .poison) }
  return x.unary(ArgMax(axis: axis), file, line)
}

/// The int32 place of the smallest element along an axis, which is dropped: the first of equals; not-a-number wins.
public func argMin(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard let axis = x.checked(axis, of: "argMin", file, line) else { return Tensor(x.graph, .poison) }
  return x.unary(ArgMin(axis: axis), file, line)
}
