import TapestryCore
import TapestryGraph

/// Less arithmetic for the same value.
enum AlgebraRules {
  static let all = products + sums
}

extension AlgebraRules {
  static let products: [Rule] = [
    Rule("x * 1 is x", on: Multiply.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil },
    Rule("x * -1 is -x", on: Multiply.self, .exact) { m in m.isScalar(1, -1) ? -m[0] : nil },
    Rule("x / 1 is x", on: Divide.self, .exact) { m in m.isScalar(1, 1) ? m[0] : nil },
    Rule("-(-x) is x", on: Negate.self, .exact) { m in m.node(0, Negate.self)?[0] },
  ]

  static let sums: [Rule] = [
    Rule("x + -0 is x", on: Add.self, .exact) { m in m.isScalar(1, m.dtype.isFloat ? -0.0 : 0) ? m[0] : nil },
    Rule("x - 0 is x", on: Subtract.self, .exact) { m in m.isScalar(1, 0) ? m[0] : nil },
  ]
}
