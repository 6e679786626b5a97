import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// A recurrent layer computes the same in every form its loop can take: rolled, unrolled, and with carries kept every
/// few steps; in values, gradients and Hessian-vector products.
@Suite struct RecurrenceFormsTests {
  enum Kind: String, CaseIterable { case rnn, lstm, gru }

  struct Case: CustomTestStringConvertible {
    let kind: Kind
    let steps: Int
    let isMasked: Bool
    let isBidirectional: Bool

    /// The types compared and the bound of each; the long sequences, which take long to unroll, in one.
    var bounds: [(DType, Double)] { steps < 50 ? [(.float64, 1e-9), (.float32, 1e-4)] : [(.float64, 1e-9)] }

    var testDescription: String {
      "\(kind) over \(steps) steps\(isMasked ? ", masked" : "")\(isBidirectional ? ", both directions" : "")"
    }
  }

  static let cases: [Case] = {
    let forms: [(steps: Int, isMasked: Bool, isBidirectional: Bool)] = [
      (1, false, false), (1, true, true), (2, true, false), (2, false, true), (7, false, false), (7, true, true),
      (50, true, true),
    ]
    return Kind.allCases.flatMap { kind in
      forms.map { Case(kind: kind, steps: $0.steps, isMasked: $0.isMasked, isBidirectional: $0.isBidirectional) }
    }
  }()

  /// What a case computes, by name, when its loops take a form.
  private func results(
    _ test: Case, _ dtype: DType, unrolled: Bool = false, _ memory: LoopMemory = .everything
  ) throws -> [(name: String, array: NDArray)] {
    let (batch, features, units) = (2, 2, 2)
    let shape = [batch, test.steps, features]
    func numbers(_ name: String, _ shape: [Int]) -> NDArray {
      let stream = RandomStream(seed: 2, name: name)
      return NDArray(Shape(shape), dtype) { 2 * stream.uniform(at: $0) - 1 }
    }
    let x = Input("x", shape, dtype)
    let mask = Input("mask", [batch, test.steps], .bool)
    var feeds = [(x, numbers("x", shape))]
    if test.isMasked {
      // The first example is whole, the second about half as long.
      let length = test.steps / 2 + 1
      feeds.append((mask, NDArray([batch, test.steps], .bool) { $0 < test.steps + length ? 1 : 0 }))
    }
    var options = ProgramOptions(loopMemory: memory)
    options.compiler.unrollsLoops = unrolled
    options.compiler.verifies = test.steps < 50
    if test.steps == 50 {
      // As unrolled, the steps are simplified before; to do that again for each takes a debug build long.
      options.compiler.passes = try options.compiler.passes.stopping(after: "loops")
    }
    let program = Program.traced(options) { t in
      let scope = t.scope("layer")
      let within = test.isMasked ? t[mask] : nil
      let result =
        switch test.kind {
        case .rnn: simpleRNN(t[x], units, in: scope, bidirectional: test.isBidirectional, mask: within)
        case .lstm: lstm(t[x], units, in: scope, bidirectional: test.isBidirectional, mask: within)
        case .gru: gru(t[x], units, in: scope, bidirectional: test.isBidirectional, mask: within)
        }
      t.report(Output("y"), result.output)
      t.report(Output("last"), result.states.hidden)
      let loss = sum(result.output * result.output) + sum(result.states.hidden)
      let effects = t.graph.snapshot.effects
      let targets = [t[x]] + effects.variables.map { Tensor(t.graph, $0.current) }
      let names = ["x"] + effects.variables.map(\.path)
      for (name, gradient) in zip(names, gradients(of: loss, in: targets)) {
        t.report(Output("gradient in \(name)"), gradient)
      }
      let products = hessianVectorProduct(of: loss, in: targets, with: targets.map { $0 * 0.5 + 0.25 })
      for (name, product) in zip(names, products) { t.report(Output("Hessian product in \(name)"), product) }
    }
    var state = try program.initialState(seed: 3, feeds: Feeds(feeds))
    for path in state.paths { state[path] = numbers(path, state[path]!.shape.extents) }
    let run = try program.run(&state, Feeds(feeds))
    return try run.names.map { ($0, try run.array(Output($0))) }
  }

  private func error(_ a: NDArray, _ b: NDArray) -> Double {
    ReferenceArray(kind: "float", shape: b.shape.extents, values: b.doubles).error(of: a)
  }

  @Test(arguments: cases) func everyFormGivesTheSame(_ test: Case) throws {
    for (dtype, bound) in test.bounds {
      let rolled = try results(test, dtype)
      #expect(rolled.count >= 2 + 2 * 4)
      let forms = [
        ("unrolled", try results(test, dtype, unrolled: true)),
        ("every step kept", try results(test, dtype, .every(1))),
        ("every third kept", try results(test, dtype, .every(3))),
      ]
      for (form, values) in forms {
        #expect(values.map(\.name) == rolled.map(\.name))
        for (a, b) in zip(values, rolled) {
          #expect(error(a.array, b.array) <= bound, "\(test.testDescription), \(dtype), \(form): \(a.name)")
        }
      }
    }
  }
}
