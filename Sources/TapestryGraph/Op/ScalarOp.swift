/// A scalar operation that tile programs are made of.
///
/// The raw value is the kernels' number for it (`tap_tile_op`).
public enum ScalarOp: UInt16, Hashable, Sendable, CaseIterable {
  /// The number with the other sign.
  case negate = 10
  /// Magnitude, sign, roots and reciprocals.
  case absolute, sign, squareRoot, reciprocalSquareRoot, reciprocal
  /// Exponentials, logarithms and curves.
  case exp, expm1, log, log1p, tanh, sigmoid, erf, sin, cos
  /// The nearest whole number below, above, or either way (ties to even).
  case floor, ceil, round
  /// Arithmetic of two numbers; `remainder` has the sign of the divisor.
  case add, subtract, multiply, divide, remainder, power, maximum, minimum
  /// Comparisons, which give bool.
  case less, lessEqual, equal, notEqual
  /// Logic of bool values.
  case and, or, xor, not
  /// The second of three where the first is true, else the third.
  case select
  /// The same number in another type.
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
