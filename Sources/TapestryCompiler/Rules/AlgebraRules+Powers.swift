import TapestryCore
import TapestryGraph

// Small constant exponents. A general power costs as much as an exponential and a logarithm; x * x is one operation and
// at most half a unit away.
extension AlgebraRules {
  static let powers: [Rule] = [
    Rule("x to the 0 is 1", on: Power.self, .exact) { m in
      m.scalar(1) == 0 ? m[0].scalar(1).broadcast(to: m.shape) : nil
    },
    Rule("x to the 1 is x", on: Power.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil },
    Rule("x to the 2 is x * x", on: Power.self, .reassociates) { m in m.isScalar(1, 2) ? m[0] * m[0] : nil },
    Rule("x to the 3 is x * x * x", on: Power.self, .reassociates) { m in
      m.isScalar(1, 3) ? m[0] * m[0] * m[0] : nil
    },
    Rule("x to the -1 is 1 / x", on: Power.self, .reassociates) { m in m.isScalar(1, -1) ? reciprocal(m[0]) : nil },
    Rule("x to the 0.5 is its root where x is never negative", on: Power.self, .reassociates) { m in
      m.isScalar(1, 0.5) && m.isNonnegative(0) ? sqrt(m[0]) : nil
    },
    Rule("x to the -0.5 is 1 / root where x is never negative", on: Power.self, .reassociates) { m in
      m.isScalar(1, -0.5) && m.isNonnegative(0) ? rsqrt(m[0]) : nil
    },
    Rule("the magnitude of a magnitude is one", on: Absolute.self, .exact) { m in
      m.node(0, Absolute.self) == nil ? nil : m[0]
    },
    Rule("the magnitude of -x is that of x", on: Absolute.self, .exact) { m in
      m.node(0, Negate.self).map { abs($0[0]) }
    },
  ]
}

extension Match {
  /// Whether an operand is a value that is never below 0 and never -0 (it may be not-a-number).
  func isNonnegative(_ place: Int) -> Bool {
    if let value = scalar(place) { return value.sign == .plus }
    let inner = node(place)
    switch inner.op {
    case is Exp, is Sigmoid, is Absolute: return true
    case is Multiply: return inner[0] == inner[1]
    default: return false
    }
  }
}
