import TapestryCompiler
import TapestryCore
import TapestryGraph

extension PassExample {
  static let all = simple + loops

  private static let simple: [PassExample] = [
    PassExample("canonicalize") { g in
      let x = g.input("x", [4, 6])
      g.report("y", stopGradient(2 * x - 1.5) / 4 + (2 * x).reshape([24]).reshape([4, 6]))
    },
    PassExample("fold") { g in
      g.report("y", g.input("x", [4, 6]) * (exp(g.constant(2)) + 1))
    },
    PassExample("stabilize") { g in
      let x = g.input("x", [4, 6])
      g.report("y", log(x + 1))
      g.report("z", log(sum(exp(x), over: [1])))
    },
    PassExample("algebra") { g in
      let (x, y) = (g.input("x", [4, 6]), g.input("y", [4, 6]))
      g.report("z", -x * -y + power(x, 2) * 1)
    },
    PassExample("pooling") { g in
      let (x, bias) = (g.input("x", [2, 6, 6, 3]), g.input("bias", [3]))
      let pooled = maxPool(relu(x + bias), window: [2, 2])
      g.report("bias", gradient(of: sum(pooled * pooled), in: bias))
    },
    PassExample("crops") { g in
      let (x, filter) = (g.input("x", [2, 13, 9, 1]), g.input("filter", [3, 3, 1, 4]))
      let pooled = maxPool(convolution(x, filter), window: [2, 2])
      g.report("filter", gradient(of: sum(pooled), in: filter))
    },
    PassExample("lookups") { g in
      let (table, weight) = (g.input("table", [50, 8]), g.input("weight", [8, 16]))
      let rows = gather(table, g.input("tokens", [200], .int32))
      g.report("y", tanh(dot(rows, weight)))
    },
    PassExample("views") { g in
      let (x, weight) = (g.input("x", [4, 6]), g.input("weight", [3, 6]))
      g.report("y", dot(x, weight.transpose()).transpose())
      g.report("z", relu(x.transpose()).transpose())
    },
    PassExample("product-sums") { g in
      let (x, v, s) = (g.input("x", [4, 3]), g.input("v", [4, 5]), g.input("s", [4, 6]))
      g.report("y", tanh(dot(x, g.input("w", [3, 6])) + s + dot(v, g.input("u", [5, 6]))))
    },
    PassExample("dead-code", plan: PassPlan([DeadCodePass()]), showsAll: true) { g in
      let x = g.input("x", [4, 6])
      _ = exp(x) * 2
      g.report("y", x + 1)
    },
  ]

  /// A recurrence over five steps.
  private static func recurrence(_ g: Graph) -> ScanValues {
    let (x, start) = (g.input("x", [5, 2, 3]), g.input("h", [2, 4]))
    let (w, v) = (g.input("w", [4, 4]), g.input("v", [3, 4]))
    return scan(over: [x], from: [start]) { step in
      let h = tanh(dot(step.carries[0], w) + dot(step.inputs[0], v))
      return (carries: [h], outputs: [])
    }
  }

  private static let loops: [PassExample] = [
    PassExample("reroll") { g in
      let (x, w, v) = (g.input("x", [2, 5, 3]), g.input("w", [4, 4]), g.input("v", [3, 4]))
      var h = g.input("h", [2, 4])
      for step in 0..<5 {
        let row = slice(x, axis: 1, step..<step + 1).reshape([2, 3])
        h = tanh(dot(h, w) + dot(row, v))
      }
      g.report("y", h)
    },
    PassExample("merge-scans") { g in
      let loss = sum(recurrence(g).carries[0])
      g.report("loss", loss)
      g.report("slope", gradient(of: loss, in: g.input("w", [4, 4])))
    },
    PassExample("loops") { g in
      let (x, w) = (g.input("x", [5, 2, 4]), g.input("w", [4]))
      g.report(
        "y",
        scan(over: [x], from: [g.input("h", [2, 4])]) { step in
          (carries: [step.carries[0] * exp(w) + step.inputs[0] * 1], outputs: [])
        }.carries[0])
    },
    PassExample("loop-products") { g in g.report("y", recurrence(g).carries[0]) },
    PassExample("trim-loops") { g in
      let x = g.input("x", [5, 2])
      g.report(
        "sum",
        scan(over: [x], from: [g.input("a", [2]), g.input("b", [2])]) { step in
          let next = [step.carries[0] + step.inputs[0], step.carries[1] * step.inputs[0]]
          return (carries: next, outputs: [next[1]])
        }.carries[0])
    },
    PassExample("unroll", plan: PassPlan([UnrollPass()])) { g in
      g.report(
        "y",
        scan(over: [g.input("x", [3, 2])], from: [g.input("h", [2])]) { step in
          (carries: [tanh(step.carries[0] + step.inputs[0])], outputs: [])
        }.carries[0])
    },
    PassExample("checkpoint-loops", plan: PassPlan([CheckpointLoopsPass(every: 2)])) { g in
      let h = g.input("h", [2])
      let end = scan(over: [g.input("x", [4, 2])], from: [h]) { step in
        (carries: [tanh(step.carries[0] + step.inputs[0])], outputs: [])
      }
      g.report("slope", gradient(of: sum(end.carries[0]), in: h))
    },
  ]
}
