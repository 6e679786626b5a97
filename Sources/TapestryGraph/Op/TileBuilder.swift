public import TapestryCore

/// A value inside a tile program: one element of each tensor at a time.
public struct TileValue: Hashable, Sendable {
  package let index: Int
  /// The element type.
  public let dtype: DType

  package init(_ index: Int, _ dtype: DType) {
    self.index = index
    self.dtype = dtype
  }
}

/// Collects the scalar operations of an elementwise op.
///
/// The list it builds is in single-assignment form: value `i` is an operand for `i < operandCount`, else the result of
/// step `i - operandCount`.
public struct TileBuilder: Sendable {
  /// One scalar operation.
  package enum Step: Hashable, Sendable {
    case apply(ScalarOp, [TileValue], DType)
    case constant(Double, DType)
    case checkIndex(TileValue, bound: Int)
    case random(element: TileValue, seed: TileValue, step: TileValue, stream: UInt64, DType)
  }

  package private(set) var steps: [Step] = []
  package let operands: [TileValue]

  package init(operands: [DType]) {
    self.operands = operands.enumerated().map { TileValue($0.offset, $0.element) }
  }

  /// The number of a value that a step will have.
  private mutating func append(_ step: Step, _ dtype: DType) -> TileValue {
    steps.append(step)
    return TileValue(operands.count + steps.count - 1, dtype)
  }

  /// A scalar operation on values of equal type (for `select`: a Bool, then two of equal type).
  public mutating func apply(_ op: ScalarOp, _ values: TileValue...) -> TileValue { apply(op, values) }

  package mutating func apply(_ op: ScalarOp, _ values: [TileValue]) -> TileValue {
    let dtype = op.isComparison ? .bool : values.last?.dtype ?? .float32
    return append(.apply(op, values, dtype), dtype)
  }

  /// A value converted to another type.
  public mutating func cast(_ value: TileValue, to dtype: DType) -> TileValue {
    append(.apply(.cast, [value], dtype), dtype)
  }

  /// A constant.
  public mutating func constant(_ value: Double, _ dtype: DType) -> TileValue {
    append(.constant(value, dtype), dtype)
  }

  /// An index, reported when outside 0 ..< bound.
  package mutating func checkIndex(_ value: TileValue, bound: Int) -> TileValue {
    append(.checkIndex(value, bound: bound), .int32)
  }

  /// A uniform random number in [0, 1).
  package mutating func random(
    element: TileValue, seed: TileValue, step: TileValue, stream: UInt64, _ dtype: DType
  ) -> TileValue {
    append(.random(element: element, seed: seed, step: step, stream: stream, dtype), dtype)
  }
}
