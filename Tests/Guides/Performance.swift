import Tapestry

extension GuideRun {
  func performance() throws {
    mark("run into")
    let images = Input("images", [nil, 64]), labels = Input("labels", [nil], .int32), loss = Output("loss")
    let training = Program.traced(ProgramOptions(threads: 2)) { t in
      let cost = softmaxCrossEntropy(mlp(t[images], widths: [128, 10], in: t.scope("mlp")), t[labels])
      t.report(loss, cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
    var state = try training.initialState(seed: 1)
    var results = Results()
    for batch in Digits.load().training.batches(of: 32, seed: 1) where batch.rowCount == 32 {
      try training.run(&state, [images: batch.images, labels: batch.labels], into: &results)
    }
    print(try training.report.specializations, "specialisation,", try training.report.instructions, "instructions")

    mark("profile")
    let batch = Digits.load().training.selecting(rows: Array(0..<32))
    let profile = try training.profile(state, [images: batch.images, labels: batch.labels], steps: 20)
    for phase in profile.phases { print(phase.name, phase.instructions, "instructions") }
    for entry in profile.entries where entry.flops > 100_000 { print(entry.routine, entry.layer, entry.phase) }

    mark("fused or not")
    let x = Input("x", [nil, 256]), y = Output("y")
    let plain = Program.traced { t in
      let z = t[x] - mean(t[x], over: [-1], keepingAxes: true)
      t.report(y, gelu(z * rsqrt(mean(square(z), over: [-1], keepingAxes: true) + 1e-5)) * 2 + 1)
    }
    _ = try plain.evaluate(ModelState(), [x: NDArray(repeating: 1, [64, 256])])
    print(try plain.report.nodesOptimized, "nodes,", try plain.report.instructions, "instruction")
  }
}
