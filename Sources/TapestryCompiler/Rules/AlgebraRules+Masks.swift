import TapestryCore
import TapestryGraph

extension AlgebraRules {
  static let masks: [Rule] = [
    Rule("a choice by a constant is one side", on: Select.self, .exact) { m in m.scalar(0).map { $0 != 0 ? m[1] : m[2] }
    },
    Rule("a choice between x and x is x", on: Select.self, .exact) { m in m[1] == m[2] ? m[1] : nil },
    Rule("a choice by not m is one by m with sides exchanged", on: Select.self, .exact) { m in
      m.node(0, Not.self).map { select($0[0], m[2], m[1]) }
    },
    Rule("a choice inside a choice by the same mask is made", on: Select.self, .exact) { m in
      if let inner = m.node(1, Select.self), inner[0] == m[0] { return m.rebuilt([m[0], inner[1], m[2]]) }
      if let inner = m.node(2, Select.self), inner[0] == m[0] { return m.rebuilt([m[0], m[1], inner[2]]) }
      return nil
    },
    Rule("not not m is m", on: Not.self, .exact) { m in m.node(0, Not.self)?[0] },
    Rule("not equal is unequal", on: Not.self, .exact) { m in m.node(0, Equal.self).map { $0[0] .!= $0[1] } },
    Rule("not unequal is equal", on: Not.self, .exact) { m in m.node(0, NotEqual.self).map { $0[0] .== $0[1] } },
    Rule("m and m is m", on: And.self, .exact) { m in m[0] == m[1] ? m[0] : nil },
    Rule("m or m is m", on: Or.self, .exact) { m in m[0] == m[1] ? m[0] : nil },
    Rule("m and true is m, m and false is false", on: And.self, .exact) { m in m.scalar(1).map { $0 != 0 ? m[0] : m[1] }
    },
    Rule("m or false is m, m or true is true", on: Or.self, .exact) { m in m.scalar(1).map { $0 == 0 ? m[0] : m[1] } },
    Rule("m xor false is m", on: ExclusiveOr.self, .exact) { m in m.isScalar(1, 0) ? m[0] : nil },
    Rule("m xor true is not m", on: ExclusiveOr.self, .exact) { m in m.isScalar(1, 1) ? .!m[0] : nil },
  ]

  static let extremes: [Rule] = [
    Rule("the larger of x and x is x", on: Maximum.self, .exact) { m in m[0] == m[1] ? m[0] : nil },
    Rule("the smaller of x and x is x", on: Minimum.self, .exact) { m in m[0] == m[1] ? m[0] : nil },
  ]

  static let casts: [Rule] = [
    Rule("a cast to its own type is nothing", on: Cast.self, .exact) { m in m.type(0).dtype == m.op.dtype ? m[0] : nil
    },
    Rule("a cast of a cast that loses nothing is one", on: Cast.self, .exact) { m in
      guard let inner = m.node(0, Cast.self), isLossless(inner.type(0).dtype, inner.op.dtype) else { return nil }
      return cast(inner[0], to: m.op.dtype)
    },
    Rule("a mask of numbers made from a mask is the mask", on: NotEqual.self, .exact) { m in
      guard m.scalar(1) == 0, let inner = m.node(0, Cast.self), inner.type(0).dtype == .bool else { return nil }
      return inner[0]
    },
  ]

  /// Whether every value of one type is a value of the other.
  private static func isLossless(_ from: DType, _ to: DType) -> Bool {
    switch (from, to) {
    case (.bool, _), (.float32, .float64), (.int32, .float64): true
    default: from == to
    }
  }
}
