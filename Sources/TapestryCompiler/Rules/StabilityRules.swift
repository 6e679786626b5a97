import TapestryCore
import TapestryGraph

/// Forms that lose digits or overflow, replaced by those that do not.
///
/// The library is stable by construction; these catch what users write out by hand. Each moves the result towards that
/// of exact arithmetic: `log(1 + x)` is 0 for an x below a rounding unit, `log1p(x)` is x. Where the old form had its
/// digits the two agree within a few units in the last place, and not-a-number stays.
enum StabilityRules {
  static let all = logarithms + sigmoids + softmax

  static let logarithms: [Rule] = [
    Rule("log(x + 1) is log1p(x)", on: Log.self, .stabilizes) { m in
      guard let sum = m.node(0, Add.self), sum.isScalar(1, 1) else { return nil }
      return log1p(sum[0])
    },
    Rule("log1p(exp(x)) is softplus(x)", on: Log1p.self, .stabilizes) { m in
      guard let power = m.node(0, Exp.self), !power.isChosenOrNegated(0) else { return nil }
      return softplus(power[0])
    },
    Rule("exp(x) + -1 is expm1(x)", on: Add.self, .stabilizes) { m in
      guard m.isScalar(1, -1), let power = m.node(0, Exp.self) else { return nil }
      return expm1(power[0])
    },
  ]

  static let sigmoids: [Rule] = [
    // The gradient of log(1 + exp(x)). An infinite power made it not-a-number; the limit is right.
    Rule("exp(x) / (exp(x) + 1) is sigmoid(x)", on: Divide.self, .stabilizes) { m in
      m.logit(of: m[0], over: m[1]).map { sigmoid($0) }
    },
    Rule("exp(x) * (c / (exp(x) + 1)) is c * sigmoid(x)", on: Multiply.self, .stabilizes) { m in
      for (power, factor) in [(m[0], m[1]), (m[1], m[0])] {
        guard let quotient = m.node(factor, Divide.self), let x = m.logit(of: power, over: quotient[1]) else {
          continue
        }
        return quotient[0] * sigmoid(x)
      }
      return nil
    },
    Rule("log(sigmoid(x)) is -softplus(-x)", on: Log.self, .stabilizes) { m in
      m.node(0, Sigmoid.self).map { -softplus(-$0[0]) }
    },
    Rule("1 - sigmoid(x) is sigmoid(-x)", on: Subtract.self, .stabilizes) { m in
      // In the gradient of a sigmoid the value is at hand, and a second exponential would be for nothing.
      guard m.isScalar(0, 1), m.isSoleUse(1), let inner = m.node(1, Sigmoid.self) else { return nil }
      return sigmoid(-inner[0])
    },
  ]

  static let softmax: [Rule] = [
    Rule("log(exp(x) / sum(exp(x))) is x - log(sum(exp(x)))", on: Log.self, .stabilizes) { m in
      guard let quotient = m.node(0, Divide.self), let power = quotient.node(0, Exp.self),
        let total = quotient.seenThroughViews(1, Sum.self), total[0] == quotient[0], power.isShifted(0)
      else { return nil }
      return power[0] - log(quotient[1])
    },
    Rule("log(sum(exp(x))) is taken from the largest x", on: Log.self, .stabilizes) { m in
      guard let total = m.seenThroughViews(0, Sum.self), let power = total.node(0, Exp.self), !power.isShifted(0)
      else { return nil }
      let x = power[0]
      let top = max(x, over: total.op.axes, keepingAxes: true)
      // An infinite top would make infinity - infinity; with 0 the exponentials are infinite or 0, which is right.
      let shift = select(abs(top) .< Double.infinity, top, 0)
      let wide = log(sum(exp(x - shift), over: total.op.axes, keepingAxes: true)) + shift
      return m.type(0).shape.count == wide.shape.count ? wide.reshape(m.shape) : nil
    },
  ]
}

extension Match {
  /// Whether an operand, seen through views, is a choice or a negative magnitude, as in the softplus of the library: its
  /// exponential is kept from overflowing already.
  func isChosenOrNegated(_ place: Int) -> Bool {
    var inner = node(place)
    while inner.op is Reshape || inner.op is Broadcast || inner.op is Transpose { inner = inner.node(0) }
    return inner.op is Select || inner.op is Negate && inner.node(0).op is Absolute
  }

  /// The x of exp(x) and exp(x) + 1, unless it is bounded already.
  func logit(of power: Tensor, over total: Tensor) -> Tensor? {
    guard let exponential = node(power, Exp.self), let sum = node(total, Add.self), sum[0] == power, sum.isScalar(1, 1)
    else { return nil }
    return exponential.isChosenOrNegated(0) ? nil : exponential[0]
  }

  /// The node of an operand below views that neither repeat nor drop elements, and broadcasts.
  func seenThroughViews<Other: Op>(_ place: Int, _ other: Other.Type) -> Match<Other>? {
    var inner = node(place)
    while inner.op is Reshape || inner.op is Broadcast { inner = inner.node(0) }
    return inner.typed(other)
  }

  /// Whether an operand is a difference from its own largest elements, so that its exponential does not overflow.
  func isShifted(_ place: Int) -> Bool {
    guard let difference = node(place, Subtract.self) else { return false }
    if difference.seenThroughViews(1, Max.self) != nil { return true }
    return difference.seenThroughViews(1, Select.self)?.seenThroughViews(1, Max.self) != nil
  }
}
