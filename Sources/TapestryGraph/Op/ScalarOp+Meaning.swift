#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ScalarOp {
  /// What the operation means on doubles; Bool is 0 and 1. Maximum and minimum pass not-a-number on.
  func meaning(_ x: Double, _ y: Double = 0, _ z: Double = 0) -> Double {
    switch self {
    case .negate: -x
    case .absolute: abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .squareRoot: x.squareRoot()
    case .reciprocalSquareRoot: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .exp: libraryExp(x)
    case .expm1: libraryExpm1(x)
    case .log: libraryLog(x)
    case .log1p: libraryLog1p(x)
    case .tanh: libraryTanh(x)
    case .sigmoid: x >= 0 ? 1 / (1 + libraryExp(-x)) : libraryExp(x) / (1 + libraryExp(x))
    case .erf: libraryErf(x)
    case .sin: librarySin(x)
    case .cos: libraryCos(x)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .remainder: x - y * (x / y).rounded(.down)
    case .power: libraryPow(x, y)
    case .maximum: x.isNaN || y.isNaN ? .nan : Swift.max(x, y)
    case .minimum: x.isNaN || y.isNaN ? .nan : Swift.min(x, y)
    case .less: x < y ? 1 : 0
    case .lessEqual: x <= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    case .xor: (x != 0) != (y != 0) ? 1 : 0
    case .not: x == 0 ? 1 : 0
    case .select: x != 0 ? y : z
    case .cast: x
    }
  }

  /// What the operation means on 32-bit integers, which wrap; division and remainder round down, and by zero give 0.
  func meaning(_ x: Int32, _ y: Int32 = 0) -> Int32 {
    switch self {
    case .negate: 0 &- x
    case .absolute: x < 0 ? 0 &- x : x
    case .sign: x.signum()
    case .add: x &+ y
    case .subtract: x &- y
    case .multiply: x &* y
    case .divide: y == 0 ? 0 : Self.flooredQuotient(x, y)
    case .remainder: y == 0 ? 0 : x &- y &* Self.flooredQuotient(x, y)
    case .maximum: Swift.max(x, y)
    case .minimum: Swift.min(x, y)
    default: Int32(meaning(Double(x), Double(y)))
    }
  }

  private static func flooredQuotient(_ x: Int32, _ y: Int32) -> Int32 {
    let quotient = x.dividedReportingOverflow(by: y).partialValue
    return quotient &* y != x && (x < 0) != (y < 0) ? quotient &- 1 : quotient
  }
}

// Inside the enum its cases shadow the library functions of the same name.
private func libraryExp(_ x: Double) -> Double { exp(x) }
private func libraryExpm1(_ x: Double) -> Double { expm1(x) }
private func libraryLog(_ x: Double) -> Double { log(x) }
private func libraryLog1p(_ x: Double) -> Double { log1p(x) }
private func libraryTanh(_ x: Double) -> Double { tanh(x) }
private func libraryErf(_ x: Double) -> Double { erf(x) }
private func librarySin(_ x: Double) -> Double { sin(x) }
private func libraryCos(_ x: Double) -> Double { cos(x) }
private func libraryPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
