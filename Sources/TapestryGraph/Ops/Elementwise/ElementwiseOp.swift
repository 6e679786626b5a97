package import TapestryCore

/// An op that is one scalar operation at each element of the operands' broadcast shape.
///
/// The definition of such an op names its scalar operation and its gradient; shape rule, reference meaning and tile
/// program follow.
package protocol ElementwiseOp: Op {
  /// The operation on one element.
  static var scalar: ScalarOp { get }
  /// Sample values for each operand, and where not to look for a derivative.
  static var domain: ClosedRange<Double> { get }
  static var kinks: [Double] { get }
  /// The op itself where it has no attributes: then samples follow.
  static var sole: Self? { get }
}

extension ElementwiseOp {
  package static var domain: ClosedRange<Double> { -2...2 }
  package static var kinks: [Double] { [] }
  package static var differentiability: Differentiability { .differentiable }
  package var fusion: FusionClass { .elementwise }

  package static var samples: [OpSample] {
    guard let op = Self.sole else { return [] }
    let dtype: DType = scalar.isLogical ? .bool : .float32
    func operand(_ shape: Shape) -> SampleOperand { SampleOperand(shape, dtype, in: domain, avoiding: kinks) }
    switch scalar.arity {
    case 1: return [OpSample(op, [operand([3, 5])]), OpSample(op, [operand([])]), OpSample(op, [operand([0, 4])])]
    case 2:
      return [
        OpSample(op, [operand([3, 5]), operand([3, 5])]), OpSample(op, [operand([3, 1]), operand([5])]),
        OpSample(op, [operand([]), operand([2, 3])]), OpSample(op, [operand([0, 4]), operand([4])]),
      ]
    default: return []
    }
  }

  package static var sole: Self? { nil }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    [try Self.scalar.resultType(of: operands)]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    [Self.scalar.evaluate(operands)]
  }

  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    builder.apply(Self.scalar, operands)
  }
}

extension ScalarOp {
  /// The shape and dtype rule of every elementwise op: equal dtypes, broadcast shapes.
  func resultType(of operands: [TensorType]) throws(OpFault) -> TensorType {
    let data = self == .select ? operands.dropFirst() : operands[...]
    if self == .select, let mask = operands.first, mask.dtype != .bool {
      throw OpFault(.dtypeMismatch, "the condition is \(mask.dtype)", remedy: "give a bool mask, such as x .> 0")
    }
    guard let dtype = data.first?.dtype else {
      throw OpFault(.invalidAttribute, "no operands", remedy: "give \(arity)")
    }
    if let other = data.first(where: { $0.dtype != dtype }) {
      throw OpFault(
        .dtypeMismatch, "\(dtype) and \(other.dtype) do not mix", remedy: "cast one of them: `cast(x, to: .\(dtype))`")
    }
    let takes = isLogical ? dtype == .bool : dtype.isFloat || dtype == .int32 && takesIntegers
    guard takes || self == .select || isComparison else {
      throw OpFault(
        .dtypeMismatch, "\(dtype) is not a type it takes",
        remedy: isLogical ? "give bool masks" : "cast to a float type: `cast(x, to: .float32)`")
    }
    var shape: Shape = []
    for operand in operands {
      guard let wider = shape.broadcast(with: operand.shape) else {
        throw OpFault(
          .shapeMismatch, "shapes \(operands.map { "\($0.shape)" }.joined(separator: " and ")) do not broadcast",
          remedy: "make the extents equal or 1, aligned at the last axis; `reshape` can add axes of extent 1")
      }
      shape = wider
    }
    return TensorType(isComparison ? .bool : dtype, shape)
  }

  /// The reference meaning over arrays that broadcast.
  func evaluate(_ operands: [NDArray]) -> NDArray {
    let shape = operands.reduce(Shape([])) { $0.broadcast(with: $1.shape) ?? $0 }
    let isInteger = operands.last!.dtype == .int32 && !isComparison && self != .select
    let dtype: DType = isComparison ? .bool : operands.last!.dtype
    let values = operands.map { BroadcastPlaces(from: $0.shape, to: shape).spread($0) }
    let (x, y, z) = (values[0], values.count > 1 ? values[1] : [], values.count > 2 ? values[2] : [])
    if isInteger { return NDArray(shape, dtype) { Double(meaning(Int32(x[$0]), y.isEmpty ? 0 : Int32(y[$0]))) } }
    switch values.count {
    case 1: return NDArray(shape, dtype) { meaning(x[$0]) }
    case 2: return NDArray(shape, dtype) { meaning(x[$0], y[$0]) }
    default: return NDArray(shape, dtype) { meaning(x[$0], y[$0], z[$0]) }
    }
  }
}
