import TapestryCore
import TapestryGraph

/// An expression at which a rule fires.
struct RuleExample: Sendable, CustomStringConvertible {
  let rule: String
  let build: @Sendable (Graph) -> Tensor
  var description: String { rule }

  init(_ rule: String, _ build: @escaping @Sendable (Graph) -> Tensor) {
    self.rule = rule
    self.build = build
  }
}

extension Graph {
  var x: Tensor { input("x", [4, 6]) }
  var y: Tensor { input("y", [4, 6]) }
  var i: Tensor { input("i", [4, 6], .int32) }
  var p: Tensor { input("p", [4, 6], .bool) }
  var q: Tensor { input("q", [4, 6], .bool) }
  func wide(_ value: Double) -> Tensor { constant(value).broadcast(to: [4, 6]) }
}

extension RuleExample {
  static let all =
    canonical + views + algebra + masks + reductions + stability + moved + cuts + lookups
    + pooling

  static let canonical: [RuleExample] = [
    RuleExample("an assignment is what it assigns") { g in
      _ = g.scope("m").state("w", [4, 6])
      g.scope("m").assign("w", g.x)
      return g.scope("m").state("w", [4, 6])
    },
    RuleExample("a stopped gradient is its operand") { g in stopGradient(g.x) },
    RuleExample("a constant of equal elements is a broadcast scalar") { g in
      g.x + g.constant(NDArray(repeating: -0.0, [4, 6]))
    },
    RuleExample("a constant stands on the right") { g in 2 * g.x },
    RuleExample("operands stand in their order of making") { g in
      let (x, y) = (g.x, g.y)
      return y + x
    },
    RuleExample("x - c is x + -c") { g in g.x - 2.5 },
    RuleExample("x - c is x + -c") { g in g.x - g.wide(0) },
    RuleExample("x / c is x * (1 / c) for a power of two") { g in g.x / 0x1p20 },
    RuleExample("x / c is x * (1 / c) for a power of two") { g in g.x / -0x1p-126 },
    RuleExample("elementwise ops broadcast by themselves") { g in
      exp(sum(g.x, over: [0]).broadcast(to: [4, 6])) + g.x
    },
    RuleExample("elementwise ops broadcast by themselves") { g in g.x * g.wide(3) },
    RuleExample("an op on constants is a constant") { g in g.x + exp(g.constant(1)) * 2 },
    RuleExample("a number given to every step of a loop is the step's own") { g in
      scan(over: [g.wide(0.5), g.x], from: [g.input("h", [6])]) { step in
        (carries: [step.carries[0] * step.inputs[0] + step.inputs[1]], outputs: [step.inputs[0], step.carries[0]])
      }.outputs[1]
    },
    RuleExample("a number given to every step of a loop is the step's own") { g in
      let (p, n) = (g.constant(3, .int32).broadcast(to: [6]), g.constant(2, .int32).broadcast(to: [4, 6]))
      return scan(over: [g.i, n], from: [g.input("h", [6], .int32)]) { step in
        (carries: [step.carries[0] * p + step.inputs[0]], outputs: [step.inputs[1] - step.carries[0]])
      }.outputs[0]
    },
  ]

  static let views: [RuleExample] = [
    RuleExample("a reshape to the same shape is nothing") { g in g.x.reshape([4, 6]) },
    RuleExample("a reshape of a reshape is one") { g in g.x.reshape([24]).reshape([2, 12]) },
    RuleExample("a reshape of a broadcast number is a broadcast") { g in
      g.input("s", [1]).broadcast(to: [4, 6]).reshape([24])
    },
    RuleExample("a reshape by axes of extent 1 goes inside a broadcast") { g in
      g.input("r", [6]).broadcast(to: [4, 1, 6]).reshape([4, 6, 1])
    },
    RuleExample("a transpose by the order there is is nothing") { g in g.x.transpose([0, 1]) },
    RuleExample("a transpose of a transpose is one") { g in
      g.x.reshape([2, 2, 6]).transpose([1, 2, 0]).transpose([0, 2, 1])
    },
    RuleExample("a transpose leaves axes of extent 1 to reshapes") { g in
      g.x.reshape([4, 1, 2, 3]).transpose([3, 0, 1, 2])
    },
    RuleExample("a transpose goes inside a broadcast") { g in
      g.input("r", [2, 6]).broadcast(to: [4, 2, 6]).transpose([2, 0, 1])
    },
    RuleExample("a broadcast to the same shape is nothing") { g in g.record(Broadcast(shape: [4, 6]), [g.x])[0] },
    RuleExample("a broadcast of a broadcast is one") { g in g.x.broadcast(to: [2, 4, 6]).broadcast(to: [3, 2, 4, 6]) },
    RuleExample("a broadcast that adds no elements is a reshape") { g in g.x.broadcast(to: [1, 1, 4, 6]) },
    RuleExample("a broadcast adds leading axes by itself") { g in g.x.reshape([1, 4, 6]).broadcast(to: [3, 4, 6]) },
    RuleExample("a broadcast number is a scalar") { g in g.input("s", [1, 1]).broadcast(to: [4, 6]) },
  ]

  static let algebra: [RuleExample] = [
    RuleExample("a product with zeros is zeros") { g in dot(g.wide(0), g.y.transpose()) },
    RuleExample("a product with zeros is zeros") { g in dot(g.x.transpose(), g.wide(-0.0)) },
    RuleExample("x * 1 is x") { g in g.x * 1 },
    RuleExample("x * 1 is x") { g in g.i * 1 },
    RuleExample("x * 1 is x") { g in sum(g.x, over: [0]) * g.wide(1) },
    RuleExample("x * -1 is -x") { g in g.x * -1 },
    RuleExample("x * -1 is -x") { g in g.i * -1 },
    RuleExample("x / 1 is x") { g in g.x / 1 },
    RuleExample("x / 1 is x") { g in g.i / 1 },
    RuleExample("x / -1 is -x") { g in g.x / -1 },
    RuleExample("-x * -y is x * y") { g in -g.x * -g.y },
    RuleExample("-x * -y is x * y") { g in -g.i * -(g.i + 3) },
    RuleExample("-x / -y is x / y") { g in -g.x / -g.y },
    RuleExample("-x * c is x * -c") { g in -g.x * 1.7 },
    RuleExample("-(x * c) is x * -c") { g in -(g.x * 1.7) },
    RuleExample("x * c * d is x * (c * d)") { g in g.x * 1.7 * 3.1 },
    RuleExample("x * c * d is x * (c * d)") { g in g.x * 0.3 * 0.001 },
    RuleExample("x * c * d is x * (c * d)") { g in g.i * 65_537 * 99_991 },
    RuleExample("-(-x) is x") { g in -(-g.x) },
    RuleExample("-(-x) is x") { g in -(-g.i) },
    RuleExample("x + -0 is x") { g in g.x + -0.0 },
    RuleExample("x + -0 is x") { g in g.i + 0 },
    RuleExample("x + 0 is x where x is never -0") { g in g.x * g.x + 0 },
    RuleExample("x + 0 is x where x is never -0") { g in abs(g.x) + 0 },
    RuleExample("x - 0 is x") { g in g.x - 0 },
    RuleExample("x - 0 is x") { g in g.i - 0 },
    RuleExample("-0 - x is -x") { g in -0.0 - g.x },
    RuleExample("-0 - x is -x") { g in 0 - g.i },
    RuleExample("x + -y is x - y") { g in g.x + -g.y },
    RuleExample("x + -y is x - y") { g in g.i + -(g.i * 3) },
    RuleExample("-x + y is y - x") { g in -g.x + g.y },
    RuleExample("x - -y is x + y") { g in g.x - -g.y },
    RuleExample("x + x is x * 2") { g in g.x + g.x },
    RuleExample("x + x is x * 2") { g in g.i + g.i },
    RuleExample("x + c + d is x + (c + d) on integers") { g in g.i + 2_147_483_647 + 9 },
    RuleExample("x to the 0 is 1") { g in power(g.x, 0) },
    RuleExample("x to the 1 is x") { g in power(g.x, 1) },
    RuleExample("x to the 2 is x * x") { g in power(g.x, 2) },
    RuleExample("x to the 3 is x * x * x") { g in power(g.x, 3) },
    RuleExample("x to the -1 is 1 / x") { g in power(g.x, -1) },
    RuleExample("x to the 0.5 is its root where x is never negative") { g in power(abs(g.x), 0.5) },
    RuleExample("x to the -0.5 is 1 / root where x is never negative") { g in power(g.x * g.x, -0.5) },
    RuleExample("the magnitude of a magnitude is one") { g in abs(abs(g.x)) },
    RuleExample("the magnitude of a magnitude is one") { g in abs(abs(g.i)) },
    RuleExample("the magnitude of -x is that of x") { g in abs(-g.x) },
    RuleExample("the magnitude of -x is that of x") { g in abs(-g.i) },
    RuleExample("the larger of x and x is x") { g in maximum(g.x, g.x) },
    RuleExample("the smaller of x and x is x") { g in minimum(g.x, g.x) },
    RuleExample("a cast to its own type is nothing") { g in g.record(Cast(dtype: .float32), [g.x])[0] },
    RuleExample("a cast of a cast that loses nothing is one") { g in cast(cast(g.x, to: .float64), to: .int32) },
    RuleExample("a cast of a cast that loses nothing is one") { g in cast(cast(g.i, to: .float64), to: .float32) },
    RuleExample("a cast of a cast that loses nothing is one") { g in cast(cast(g.p, to: .int32), to: .float32) },
    RuleExample("a mask of numbers made from a mask is the mask") { g in cast(g.p, to: .float32) .!= 0 },
  ]

  static let masks: [RuleExample] = [
    RuleExample("a choice by a constant is one side") { g in
      select(g.constant(NDArray(true)), g.x, sum(g.y, over: [0]))
    },
    RuleExample("a choice by a constant is one side") { g in
      select(g.constant(NDArray(false)), g.x, sum(g.y, over: [0]))
    },
    RuleExample("a choice between x and x is x") { g in select(g.p, g.x, g.x) },
    RuleExample("a choice by not m is one by m with sides exchanged") { g in select(.!g.p, g.x, g.y) },
    RuleExample("a sum of two that are 0 where the other is not is a choice") { g in
      select(g.p, g.x, 0) + select(g.p, 0, g.x) * 0.2
    },
    RuleExample("a sum of two that are 0 where the other is not is a choice") { g in
      select(g.p, 0, g.x) + select(g.p, g.y, 0)
    },
    RuleExample("a choice inside a choice by the same mask is made") { g in
      select(g.p, select(g.p, g.x, g.y), g.x * 2)
    },
    RuleExample("a choice inside a choice by the same mask is made") { g in
      select(g.p, g.x, select(g.p, g.x * 2, g.y))
    },
    RuleExample("not not m is m") { g in .!(.!g.p) },
    RuleExample("not equal is unequal") { g in .!(g.x .== g.y) },
    RuleExample("not unequal is equal") { g in .!(g.x .!= g.y) },
    RuleExample("m and m is m") { g in g.p .& g.p },
    RuleExample("m or m is m") { g in g.p .| g.p },
    RuleExample("m and true is m, m and false is false") { g in g.p .& g.constant(NDArray(true)) },
    RuleExample("m and true is m, m and false is false") { g in g.p .& g.constant(NDArray(false)) },
    RuleExample("m or false is m, m or true is true") { g in g.p .| g.constant(NDArray(false)) },
    RuleExample("m or false is m, m or true is true") { g in g.p .| g.constant(NDArray(true)) },
    RuleExample("m xor false is m") { g in g.p .^ g.constant(NDArray(false)) },
    RuleExample("m xor true is not m") { g in g.p .^ g.constant(NDArray(true)) },
  ]
}
