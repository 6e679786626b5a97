import Tapestry

extension GuideRun {
  func savingAndLoading() throws {
    mark("save state")
    let x = Input("x", [nil, 4]), y = Output("y")
    let program = Program.traced { t in
      t.report(y, mlp(t[x], widths: [8, 2], in: t.scope("model")))
    }
    let state = try program.initialState(seed: 1)
    try state.write(to: "\(folder)/model.safetensors")
    let loaded = try ModelState(contentsOf: "\(folder)/model.safetensors")
    print(loaded.paths, loaded == state)

    mark("load part")
    let larger = Program.traced { t in
      let features = mlp(t[x], widths: [8, 2], in: t.scope("model"))
      t.report(y, dense(features, 3, in: t.scope("head")))
    }
    var fresh = try larger.initialState(seed: 2)
    try fresh.load(from: loaded, into: "model")
    print(fresh["model/layer0/weight"] == state["model/layer0/weight"], fresh.paths.count)

    mark("load misfit")
    let wider = Program.traced { t in t.report(y, mlp(t[x], widths: [9, 2], in: t.scope("model"))) }
    var other = try wider.initialState(seed: 3)
    do { try other.load(from: loaded) } catch { print(error) }

    mark("load torch")
    let weights = Safetensors([
      "fc1.weight": NDArray(repeating: 0.5, [8, 4]), "fc1.bias": NDArray(zeros: [8]),
      "fc2.weight": NDArray(repeating: 0.25, [2, 8]), "fc2.bias": NDArray(zeros: [2]),
    ])
    try weights.write(to: "\(folder)/torch.safetensors")
    var taken = try program.initialState(seed: 4)
    try taken.load(
      from: ModelState(contentsOf: "\(folder)/torch.safetensors"),
      through: [.dense("fc1", as: "model/layer0"), .dense("fc2", as: "model/layer1")])
    print(try program.evaluate(taken, [x: NDArray(repeating: 1, [1, 4])]).array(y).doubles)

    mark("arrays")
    let array = try NDArray([1, 2, 3, 4] as [Float], shape: [2, 2])
    try NPY.write(array, to: "\(folder)/array.npy")
    print(try NPY.read(path: "\(folder)/array.npy") == array)
    let table = try CSVTable(text: "height,width,kind\n1.5,2,small\n3,4.5,large\n")
    print(try table.columns(["height", "width"], as: .float32).doubles, try table.classes("kind").names)
  }

  func resuming() throws {
    let digits = Digits.load().training
    let images = Input("images", [nil, 64]), labels = Input("labels", [nil], .int32), loss = Output("loss")
    let training = Program.traced { t in
      let cost = softmaxCrossEntropy(mlp(t[images], widths: [16, 10], in: t.scope("mlp")), t[labels])
      t.report(loss, cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
    mark("resume")
    let trainer = Trainer(training, loss: loss) { (batch: LabelledImages) in
      [images: batch.images, labels: batch.labels]
    }
    func train(epochs: Int, in file: String) throws -> ModelState {
      var state = try training.initialState(seed: 1)
      _ = try trainer.fit(
        &state, digits, epochs: epochs, seed: 1, checkpoints: CheckpointPlan(to: file),
        resuming: .ifPresent(at: file))
      return state
    }
    _ = try train(epochs: 2, in: "\(folder)/stopped.safetensors")
    let resumed = try train(epochs: 4, in: "\(folder)/stopped.safetensors")
    let straight = try train(epochs: 4, in: "\(folder)/straight.safetensors")
    print(resumed == straight)
  }
}
