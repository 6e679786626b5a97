package import TapestryCore

/// The elements of the last axis in order, and where each came from.
package struct Sort: Op {
  package static let name = "sort"
  package static let summary =
    "The elements along the last axis in stable order, NaN as the largest, and their int32 places."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Sort(isDescending: false), [SampleOperand([3, 5])]),
    OpSample(Sort(isDescending: true), [SampleOperand([2, 2, 3])]),
    OpSample(Sort(isDescending: false), [SampleOperand([2, 0])]),
    OpSample(Sort(isDescending: true), [SampleOperand([6], .int32, in: -2...2)]),
  ]

  package let isDescending: Bool
  package init(isDescending: Bool) { self.isDescending = isDescending }
  package var attributes: String { isDescending ? "descending" : "" }
  package var resultCount: Int { 2 }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let type = operands[0]
    guard type.dtype != .bool else {
      throw OpFault(.dtypeMismatch, "bool is not a type it takes", remedy: "cast the mask: `cast(x, to: .int32)`")
    }
    guard type.shape.rank > 0 else { throw .noAxis(-1, type.shape) }
    return [type, TensorType(.int32, type.shape)]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let last = p[0].rank - 1
    let zeros = p[0].filled(with: 0)
    return [scatterAdd(zeros, p.cotangent, at: p.results[1], axis: last, batchDims: last)]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let extent = x.shape.extents.last!
    var values = x
    var places = NDArray(zeros: x.shape, .int32)
    for row in 0..<(extent == 0 ? 0 : x.count / extent) {
      let elements = (0..<extent).map { x.double(at: row * extent + $0) }
      let order = elements.indices.sorted { a, b in
        if isBefore(elements[a], elements[b]) { return true }
        return !isBefore(elements[b], elements[a]) && a < b
      }
      for (place, source) in order.enumerated() {
        values.setDouble(elements[source], at: row * extent + place)
        places.setDouble(Double(source), at: row * extent + place)
      }
    }
    return [values, places]
  }

  private func isBefore(_ a: Double, _ b: Double) -> Bool {
    let (a, b) = isDescending ? (b, a) : (a, b)
    return b.isNaN ? !a.isNaN : a < b
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    let extent = operands[0].shape.extents.last ?? 1
    return operands[0].shape.count * (Int.bitWidth - Swift.max(extent - 1, 0).leadingZeroBitCount)
  }
}

extension OpCatalogue {
  static let sorting: [any Op.Type] = [Sort.self]
}

/// The elements along an axis in order and their int32 places before: stable, not-a-number as the largest.
public func sort(
  _ x: Tensor, axis: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> (values: Tensor, places: Tensor) {
  guard let axis = x.checked(axis, of: "sort", file, line) else {
    return (Tensor(x.graph, .poison), Tensor(x.graph, .poison))
  }
  return x.graph.located(file, line) {
    var order = Array(0..<x.rank)
    order.swapAt(axis, x.rank - 1)
    let isLast = axis == x.rank - 1
    let sorted = x.graph.record(Sort(isDescending: descending), [isLast ? x : x.transpose(order)])
    return isLast ? (sorted[0], sorted[1]) : (sorted[0].transpose(order), sorted[1].transpose(order))
  }
}

/// The `count` largest elements along an axis, the largest first, and their int32 places; of equals the first come first.
///
/// A count above the extent is a diagnostic.
public func topK(
  _ x: Tensor, _ count: Int, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
) -> (values: Tensor, places: Tensor) {
  let poison = Tensor(x.graph, .poison)
  guard let axis = x.checked(axis, of: "topK", file, line) else { return (poison, poison) }
  guard count >= 0, count <= x.extent(axis) else {
    _ = x.graph.refuse(
      "topK of \(x.type)",
      OpFault(
        .invalidAttribute, "\(count) elements of an axis of extent \(x.extent(axis))",
        remedy: "ask for 0 to \(x.extent(axis))"), at: SourcePlace(file, line))
    return (poison, poison)
  }
  return x.graph.located(file, line) {
    let (values, places) = sort(x, axis: axis, descending: true)
    return (slice(values, axis: axis, 0..<count), slice(places, axis: axis, 0..<count))
  }
}
