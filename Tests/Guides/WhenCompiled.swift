import Tapestry

extension GuideRun {
  func whenCompiled() throws {
    mark("specialised")
    let x = Input("x", [nil, 8]), loss = Output("loss")
    let program = Program.traced { t in
      let cost = mean(square(dense(t[x], 4, in: t.scope("layer"))))
      t.report(loss, cost)
      if t.mode == .training { t.minimize(cost, with: .sgd(learningRate: 0.1)) }
    }
    var state = try program.initialState(seed: 1)
    func compiled() throws -> Int { try program.report.specializations }
    _ = try program.run(&state, [x: NDArray(repeating: 1, [32, 8])])
    print("a batch of 32:", try compiled())
    _ = try program.run(&state, [x: NDArray(repeating: 2, [32, 8])])
    print("another of 32:", try compiled())
    _ = try program.run(&state, [x: NDArray(repeating: 1, [7, 8])])
    print("a batch of 7:", try compiled())
    _ = try program.evaluate(state, [x: NDArray(repeating: 1, [32, 8])])
    print("evaluating 32:", try compiled())

    mark("compile report")
    let report = try program.report
    print(report.mode, report.nodesTraced, "nodes,", report.instructions, "instructions,", report.waves, "waves")
    for pass in report.passes where pass.ruleHits > 0 { print(pass.name, pass.ruleHits) }

    mark("open parameter")
    let open = Program.traced { t in
      let scale = t.scope("scale").parameter("s", [t[x].extent(0), 1], .ones)
      t.report(loss, mean(t[x] * scale))
    }
    do { _ = try open.initialState(seed: 1) } catch { print(error) }
  }
}
