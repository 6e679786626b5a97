package import TapestryCore

/// Sums of the elements up to each place of an axis.
package struct CumulativeSum: Op {
  package static let name = "cumulativeSum"
  package static let summary =
    "The sum of the elements up to each place of an axis, or from each on; itself left out on wish."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(CumulativeSum(axis: 1, isReverse: false, isExclusive: false), [SampleOperand([3, 4])]),
    OpSample(CumulativeSum(axis: 0, isReverse: true, isExclusive: false), [SampleOperand([4, 2])]),
    OpSample(CumulativeSum(axis: 1, isReverse: true, isExclusive: true), [SampleOperand([2, 3, 2])]),
    OpSample(CumulativeSum(axis: 0, isReverse: false, isExclusive: true), [SampleOperand([0, 2])]),
  ]

  package let axis: Int
  package let isReverse: Bool
  package let isExclusive: Bool

  package init(axis: Int, isReverse: Bool, isExclusive: Bool) {
    self.axis = axis
    self.isReverse = isReverse
    self.isExclusive = isExclusive
  }

  package var attributes: String {
    "axis: \(axis)" + (isReverse ? " reverse" : "") + (isExclusive ? " exclusive" : "")
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let type = operands[0]
    guard type.dtype != .bool else {
      throw OpFault(.dtypeMismatch, "bool is not a type it takes", remedy: "cast the mask: `cast(x, to: .int32)`")
    }
    guard type.shape.extents.indices.contains(axis) else { throw .noAxis(axis, type.shape) }
    return operands
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [p.cotangent.unary(CumulativeSum(axis: axis, isReverse: !isReverse, isExclusive: isExclusive))]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let (extent, inner) = (x.shape[axis], x.shape.rowMajorStrides[axis])
    var result = x
    for line in 0..<(extent == 0 ? 0 : x.count / extent) {
      let base = line / inner * extent * inner + line % inner
      var total = 0.0
      for i in 0..<extent {
        let place = base + (isReverse ? extent - 1 - i : i) * inner
        let next = x.dtype == .int32 ? Double(Int32(total) &+ Int32(x.double(at: place))) : total + x.double(at: place)
        result.setDouble(isExclusive ? total : next, at: place)
        total = next
      }
    }
    return [result]
  }
}

extension OpCatalogue {
  static let running: [any Op.Type] = [CumulativeSum.self]
}

/// The sum of the elements up to each place of an axis. Float or int32.
///
/// - Parameters:
///   - reversed: sums from each place to the end instead.
///   - exclusive: leaves the element itself out.
public func cumulativeSum(
  _ x: Tensor, axis: Int = -1, reversed: Bool = false, exclusive: Bool = false, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  guard let axis = x.checked(axis, of: "cumulativeSum", file, line) else { return Tensor(x.graph, .poison) }
  return x.unary(CumulativeSum(axis: axis, isReverse: reversed, isExclusive: exclusive), file, line)
}
