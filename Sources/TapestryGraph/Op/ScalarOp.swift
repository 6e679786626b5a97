/// A scalar operation that tile programs are made of.
///
/// The raw value is the kernels' number for it (`tap_tile_op`).
public enum ScalarOp: UInt16, Hashable, Sendable, CaseIterable {
  case negate = 10
  case absolute, sign, squareRoot, reciprocalSquareRoot, reciprocal
  case exp, expm1, log, log1p, tanh, sigmoid, erf, sin, cos
  case floor, ceil, round
  case add, subtract, multiply, divide, remainder, power, maximum, minimum
  case less, lessEqual, equal, notEqual
  case and, or, xor, not
  case select
  case cast

  /// Operands it takes.
  public var arity: Int {
    switch self {
    case .add, .subtract, .multiply, .divide, .remainder, .power, .maximum, .minimum, .less, .lessEqual, .equal,
      .notEqual, .and, .or, .xor:
      2
    case .select: 3
    default: 1
    }
  }

  /// Whether the result is Bool whatever the operands are.
  public var isComparison: Bool { rawValue >= ScalarOp.less.rawValue && rawValue <= ScalarOp.notEqual.rawValue }

  /// Whether it takes and gives Bool.
  var isLogical: Bool { rawValue >= ScalarOp.and.rawValue && rawValue <= ScalarOp.not.rawValue }

  /// Whether it takes Int32 beside the float types.
  var takesIntegers: Bool {
    switch self {
    case .negate, .absolute, .sign, .add, .subtract, .multiply, .divide, .remainder, .maximum, .minimum: true
    default: isComparison
    }
  }
}
