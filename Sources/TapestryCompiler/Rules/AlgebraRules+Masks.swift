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
    Rule("a sum of two that are 0 where the other is not is a choice", on: Add.self, .reassociates) { m in
      guard let x = m.chosen(0), let y = m.chosen(1), x.mask == y.mask, x.isTaken != y.isTaken,
        x.value.shape == m.shape, y.value.shape == m.shape
      else { return nil }
      return x.isTaken ? select(x.mask, x.value, y.value) : select(x.mask, y.value, x.value)
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

/// What a mask lets through: elsewhere there are zeros.
private struct Chosen {
  let mask: Tensor
  /// What is let through, where the mask is `isTaken`.
  let value: Tensor
  let isTaken: Bool
}

extension Match<Add> {
  /// An operand as what a mask lets through, perhaps times a number: the gradient of one side of a choice.
  fileprivate func chosen(_ place: Int) -> Chosen? {
    let product = node(place, Multiply.self)
    let factor = product?.scalar(1)
    guard let choice = factor == nil ? node(place, Select.self) : product?.node(0, Select.self),
      factor?.isFinite ?? true
    else { return nil }
    func scaled(_ value: Tensor) -> Tensor { factor.map { value * value.scalar($0) } ?? value }
    if choice.scalar(2) == 0 { return Chosen(mask: choice[0], value: scaled(choice[1]), isTaken: true) }
    if choice.scalar(1) == 0 { return Chosen(mask: choice[0], value: scaled(choice[2]), isTaken: false) }
    return nil
  }
}
