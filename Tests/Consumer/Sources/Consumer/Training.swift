import Tapestry

/// The two ops of one's own in a model that trains, on one thread and on several.
struct Training {
  static let x = Input("x", [nil, 12])
  static let y = Input("y", [nil, 3])
  static let loss = Output("loss")

  static func program(threads: Int) -> Program {
    Program.traced(ProgramOptions(threads: threads)) { t in
      let scope = t.scope("model")
      let first = bump(dense(t[x], 96, in: scope("first")))
      let second = softsign(dense(first, 64, in: scope("second")))
      let cost = meanSquaredError(dense(second, 3, in: scope("last")), t[y])
      t.report(loss, cost)
      if t.mode == .training { t.minimize(cost, with: .adam(learningRate: 3e-3)) }
    }
  }

  static func feeds(rows: Int) -> Feeds {
    let stream = RandomStream(seed: 4, name: "rows")
    let inputs = NDArray([rows, 12], .float32) { stream.uniform(at: $0) * 2 - 1 }
    let targets = NDArray([rows, 3], .float32) { place in
      inputs.double(at: place / 3 * 12 + place % 3) * inputs.double(at: place / 3 * 12 + 5)
    }
    return [x: inputs, y: targets]
  }

  static func check(_ checks: inout Checks) throws(TapestryError) {
    let feeds = feeds(rows: 300)
    var states: [ModelState] = []
    for threads in [1, 2] {
      let program = program(threads: threads)
      var state = try program.initialState(seed: 2)
      let start = try program.evaluate(state, feeds).scalar(loss)
      var results = Results()
      for _ in 0..<150 { try program.run(&state, feeds, into: &results) }
      let end = try program.evaluate(state, feeds).scalar(loss)
      checks.expect(end < start * 0.5, "the loss falls: from \(start) to \(end) with \(threads) threads")
      checks.expect(try results.scalar(loss) > 0, "results are read")
      states.append(state)
    }
    checks.expect(states[0] == states[1], "one and two threads give the same bits")
  }
}
