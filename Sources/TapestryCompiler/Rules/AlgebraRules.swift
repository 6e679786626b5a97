import TapestryCore
import TapestryGraph

/// Less arithmetic for the same value.
///
/// What is left out is left out on purpose: `x * 0 is 0` is wrong for infinities and not-a-number, `x - x is 0` too;
/// `x + 0 is x` and `-(x - y) is y - x` are wrong for the sign of zero; `exp(log x) is x` is wrong below 0. Only sums of
/// products with zeros that the program puts in, such as the state a recurrence starts from, are not made.
enum AlgebraRules {
  static let all = products + sums + powers + masks + extremes + casts + reductions + linearSums
}

extension AlgebraRules {
  static let products: [Rule] = [
    Rule("x * 1 is x", on: Multiply.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil },
    Rule("x * -1 is -x", on: Multiply.self, .exact) { m in m.isScalar(1, -1) ? -m[0] : nil },
    Rule("x / 1 is x", on: Divide.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil },
    Rule("x / -1 is -x", on: Divide.self, .exact) { m in m.dtype.isFloat && m.isScalar(1, -1) ? -m[0] : nil },
    Rule("-x * -y is x * y", on: Multiply.self, .exact) { m in
      guard let x = m.node(0, Negate.self), let y = m.node(1, Negate.self) else { return nil }
      return x[0] * y[0]
    },
    Rule("-x / -y is x / y", on: Divide.self, .exact) { m in
      guard m.dtype.isFloat, let x = m.node(0, Negate.self), let y = m.node(1, Negate.self) else { return nil }
      return x[0] / y[0]
    },
    Rule("-x * c is x * -c", on: Multiply.self, .exact) { m in
      guard m.dtype.isFloat, let x = m.node(0, Negate.self), let c = m.scalar(1) else { return nil }
      return x[0] * x[0].scalar(-c)
    },
    Rule("-(x * c) is x * -c", on: Negate.self, .exact) { m in
      guard m.dtype.isFloat, let product = m.node(0, Multiply.self), let c = product.scalar(1) else { return nil }
      return product[0] * product[0].scalar(-c)
    },
    Rule("x * c * d is x * (c * d)", on: Multiply.self, .reassociates) { m in
      guard let inner = m.node(0, Multiply.self), let c = inner.scalar(1), let d = m.scalar(1) else { return nil }
      return merged(c, d, m.dtype).map { inner[0] * inner[0].scalar($0) }
    },
    Rule("a product with zeros is zeros", on: Dot.self, .skipsZeros) { m in
      m.scalar(0) == 0 || m.scalar(1) == 0 ? m.result.scalar(0) : nil
    },
  ]

  /// The product of two factors where merging them makes and hides no overflow: what x is multiplied by on the way lies
  /// between 1 and what it is multiplied by in the end (or, since a loss of two bits below the normal numbers is within
  /// the bound, a little under). On integers, which wrap, always.
  private static func merged(_ c: Double, _ d: Double, _ dtype: DType) -> Double? {
    if dtype == .int32 { return Double(Int32(c) &* Int32(d)) }
    guard abs(c) <= Swift.max(1, abs(c * d)), abs(c) >= Swift.min(1, abs(c * d)) / 4 else { return nil }
    let product = dtype == .float32 ? Double(Float(c) * Float(d)) : c * d
    let isNormal = dtype == .float32 ? Float(product).isNormal : product.isNormal
    return isNormal ? product : nil
  }
}
