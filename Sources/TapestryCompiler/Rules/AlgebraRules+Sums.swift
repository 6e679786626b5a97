import TapestryCore
import TapestryGraph

extension AlgebraRules {
  static let sums: [Rule] = [
    Rule("-(-x) is x", on: Negate.self, .exact) { m in m.node(0, Negate.self)?[0] },
    Rule("x + -0 is x", on: Add.self, .exact) { m in m.isScalar(1, m.dtype.isFloat ? -0.0 : 0) ? m[0] : nil },
    Rule("x + 0 is x where x is never -0", on: Add.self, .exact) { m in
      m.isScalar(1, 0) && m.isNonnegative(0) ? m[0] : nil
    },
    Rule("x - 0 is x", on: Subtract.self, .exact) { m in m.isScalar(1, 0) ? m[0] : nil },
    Rule("-0 - x is -x", on: Subtract.self, .exact) { m in
      m.isScalar(0, m.dtype.isFloat ? -0.0 : 0) ? -m[1] : nil
    },
    Rule("x + -y is x - y", on: Add.self, .exact) { m in m.node(1, Negate.self).map { m[0] - $0[0] } },
    Rule("-x + y is y - x", on: Add.self, .exact) { m in m.node(0, Negate.self).map { m[1] - $0[0] } },
    Rule("x - -y is x + y", on: Subtract.self, .exact) { m in m.node(1, Negate.self).map { m[0] + $0[0] } },
    Rule("x + x is x * 2", on: Add.self, .exact) { m in m[0] == m[1] ? m[0] * 2 : nil },
    Rule("x + c + d is x + (c + d) on integers", on: Add.self, .exact) { m in
      guard m.dtype == .int32, let inner = m.node(0, Add.self), let c = inner.scalar(1), let d = m.scalar(1)
      else { return nil }
      return inner[0] + (Int32(c) &+ Int32(d))
    },
  ]
}
