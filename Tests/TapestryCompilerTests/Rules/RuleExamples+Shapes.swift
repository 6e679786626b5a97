import TapestryCore
import TapestryGraph

extension RuleExample {
  /// The reductions, each under its own name.
  private static let kinds: [(name: String, reduce: @Sendable (Tensor, [Int], Bool) -> Tensor)] = [
    ("sum", { sum($0, over: $1, keepingAxes: $2) }), ("product", { product($0, over: $1, keepingAxes: $2) }),
    ("max", { max($0, over: $1, keepingAxes: $2) }), ("min", { min($0, over: $1, keepingAxes: $2) }),
  ]

  static let reductions: [RuleExample] =
    kinds.flatMap { kind in
      [
        RuleExample("a \(kind.name) over axes of extent 1 is a reshape") { g in
          kind.reduce(g.x.reshape([4, 1, 6]), [1], false)
        },
        RuleExample("a \(kind.name) over axes of extent 1 is a reshape") { g in kind.reduce(g.x, [], true) },
        RuleExample("a \(kind.name) drops axes only by a reshape") { g in
          kind.reduce(g.x.reshape([4, 1, 6]), [0, 1], true)
        },
        RuleExample("a \(kind.name) whose kept axes are dropped does not keep them") { g in
          kind.reduce(g.x.reshape([2, 2, 6]), [0, 2], true).reshape([2])
        },
        RuleExample("a \(kind.name) of a \(kind.name) is one") { g in
          kind.reduce(kind.reduce(g.x.reshape([2, 2, 6]), [1], false), [1], true)
        },
        RuleExample("a \(kind.name) of a \(kind.name) is one") { g in
          kind.reduce(kind.reduce(g.x.reshape([2, 2, 6]), [2], true), [0], false)
        },
      ]
    } + [
      RuleExample("a max does not need the axes a broadcast repeats") { g in
        max(g.input("r", [2, 1]).broadcast(to: [5, 2, 3]), over: [0, 1])
      },
      RuleExample("a min does not need the axes a broadcast repeats") { g in
        min(g.input("r", [6]).broadcast(to: [4, 6]), over: [0], keepingAxes: true)
      },
      RuleExample("a sum over the axes a broadcast repeats is a product") { g in
        sum(g.input("r", [2, 1]).broadcast(to: [5, 2, 3]), over: [0, 1])
      },
      RuleExample("a sum over the axes a broadcast repeats is a product") { g in
        sum(g.input("s", []).broadcast(to: [5, 7]))
      },
      RuleExample("what does not vary along a sum's axes leaves it") { g in
        sum(-(g.y * (g.input("r", [6]) * g.x)), over: [0])
      },
      RuleExample("what does not vary along a sum's axes leaves it") { g in
        sum(
          g.x * g.input("c", [4, 1]) * 2 - g.y * g.input("c", [4, 1]) + g.input("d", [4, 1]), over: [1],
          keepingAxes: true)
      },
      RuleExample("what does not vary along a sum's axes leaves it") { g in
        sum(g.input("a", [4, 1]) * g.input("r", [6]), over: [0])
      },
    ]

  static let stability: [RuleExample] = [
    RuleExample("log(x + 1) is log1p(x)") { g in log(g.x + 1) },
    RuleExample("log1p(exp(x)) is softplus(x)") { g in log1p(exp(g.x)) },
    RuleExample("exp(x) / (exp(x) + 1) is sigmoid(x)") { g in
      let power = exp(minimum(g.x, 7))
      return power / (power + 1)
    },
    RuleExample("exp(x) * (c / (exp(x) + 1)) is c * sigmoid(x)") { g in
      let power = exp(minimum(g.x, 7))
      return power * (g.y / (power + 1))
    },
    RuleExample("exp(x) + -1 is expm1(x)") { g in exp(g.x) + -1 },
    RuleExample("log(sigmoid(x)) is -softplus(-x)") { g in log(sigmoid(g.x)) },
    RuleExample("1 - sigmoid(x) is sigmoid(-x)") { g in 1 - sigmoid(g.x) },
    RuleExample("log(exp(x) / sum(exp(x))) is x - log(sum(exp(x)))") { g in
      let powers = exp(g.x - max(g.x, over: [1], keepingAxes: true))
      return log(powers / sum(powers, over: [1], keepingAxes: true))
    },
    RuleExample("log(sum(exp(x))) is taken from the largest x") { g in log(sum(exp(g.x), over: [1])) },
    RuleExample("log(sum(exp(x))) is taken from the largest x") { g in
      log(sum(exp(g.x.reshape([2, 2, 6])), over: [0, 2], keepingAxes: true))
    },
  ]

  static let moved: [RuleExample] = [
    RuleExample("a transpose of a product is the product of transposes") { g in
      dot(g.x, g.input("w", [6, 3])).transpose()
    },
    RuleExample("a transpose of a product is the product of transposes") { g in
      dot(g.x.reshape([2, 2, 6]), g.input("w", [2, 6, 3])).transpose()
    },
    RuleExample("a batch of products by one matrix is one product") { g in
      dot(g.x.reshape([2, 2, 6]), g.input("w", [6, 3]).broadcast(to: [2, 6, 3]))
    },
    RuleExample("a row added to a reshaped product is added to the product") { g in
      dot(g.x, g.input("w", [6, 3])).reshape([2, 2, 3]) + g.input("b", [3])
    },
    RuleExample("a sum over a batch of products is one product") { g in
      sum(dot(g.x.reshape([2, 2, 6]).transpose(), g.input("d", [2, 2, 3])), over: [0])
    },
    RuleExample("transposes around an elementwise op cancel") { g in
      (exp(g.x.transpose()) * 2 + 1).transpose()
    },
    RuleExample("transposes around an elementwise op cancel") { g in
      (g.x.transpose() * g.y.transpose()).transpose()
    },
    RuleExample("reshapes around an elementwise op cancel") { g in
      (g.x.reshape([24]) - g.y.reshape([24])).reshape([4, 6])
    },
  ]

  static let cuts: [RuleExample] = [
    RuleExample("a slice of everything is nothing") { g in slice(g.x, axis: 1, 0..<6) },
    RuleExample("a slice of a slice is one") { g in
      slice(slice(g.x, axis: 1, 1..<6, step: 2), starts: [1, 1], ends: [3, 3])
    },
    RuleExample("a slice of a slice is one") { g in
      slice(slice(g.x, axis: 1, 0..<6, step: 2), axis: 1, 0..<3, step: 2)
    },
    RuleExample("a slice within one joined piece is a slice of it") { g in
      slice(concatenate([g.x, g.y], axis: 1), axis: 1, 7..<11, step: 3)
    },
    RuleExample("a slice within what was padded is a slice of it") { g in
      slice(pad(g.x, low: [1, 2], high: [0, 3]), starts: [1, 3], ends: [4, 8])
    },
    RuleExample("a pad of nothing is nothing") { g in
      g.record(Pad(low: [0, 0], high: [0, 0], value: 1), [g.x])[0]
    },
    RuleExample("a pad of a pad is one") { g in pad(pad(g.x, low: [1, 2], high: [0, 3]), low: [0, 1], high: [1, 1]) },
    RuleExample("a reverse along axes of extent 1, or none, is nothing") { g in
      reverse(g.input("r", [1, 3]), axes: [0])
    },
    RuleExample("a reverse of a reverse is one") { g in reverse(reverse(g.x, axes: [0, 1]), axes: [1]) },
    RuleExample("a reverse of a reverse is one") { g in reverse(reverse(g.x, axes: [1]), axes: [1]) },
    RuleExample("one piece joined is the piece") { g in g.record(Concatenate(axis: 1), [g.x])[0] },
    RuleExample("empty pieces are not joined") { g in concatenate([g.x, g.input("e", [4, 0]), g.y], axis: 1) },
    RuleExample("joined pieces that are joined are all joined at once") { g in
      concatenate([concatenate([g.x, g.y], axis: 1), g.x], axis: 1)
    },
    RuleExample("neighbouring slices joined are one slice") { g in
      concatenate([slice(g.x, axis: 1, 1..<3), slice(g.x, axis: 1, 3..<4), slice(g.x, axis: 1, 4..<6)], axis: 1)
    },
    RuleExample("neighbouring pieces padded with 0 and added are joined") { g in
      pad(g.x, axis: 1, low: 1, high: 8) + pad(g.y, axis: 1, low: 7, high: 2)
    },
    RuleExample("neighbouring pieces padded with 0 and added are joined") { g in
      pad(g.x, axis: 0, low: 4) + pad(g.y, axis: 0, high: 4)
    },
    RuleExample("pieces padded with 0 that fill an axis and are added are joined") { g in
      let (first, second) = (pad(g.x, axis: 0, high: 8), pad(g.y, axis: 0, low: 4, high: 4))
      let both = pad(g.x * 2, axis: 0, low: 8) + (second + first)
      return both * (first + pad(g.y, axis: 0, low: 8) + second)
    },
  ]
}
