// mark("import")
import Tapestry
// end

// What the README shows.

extension GuideRun {
  func firstModel() throws {
    mark("xor")
    let x = Input("x", [nil, 2]), y = Input("y", [nil, 1]), loss = Output("loss")
    let training = Program.traced { t in
      let hidden = tanh(dense(t[x], 8, in: t.scope("hidden")))
      let cost = meanSquaredError(dense(hidden, 1, in: t.scope("out")), t[y])
      t.report(loss, cost)
      t.minimize(cost, with: .adam(learningRate: 0.05))
    }
    let corners = try NDArray([0, 0, 0, 1, 1, 0, 1, 1] as [Float], shape: [4, 2])
    let feeds: Feeds = try [x: corners, y: NDArray([0, 1, 1, 0] as [Float], shape: [4, 1])]
    var state = try training.initialState(seed: 42)
    for step in 1...200 {
      let out = try training.run(&state, feeds)
      if step % 50 == 0 { print(step, try out.scalar(loss)) }
    }
    mark("xor report")
    print(try training.report)
  }

  func firstTraining() throws {
    let images = Input("images", [nil, 64]), labels = Input("labels", [nil], .int32)
    let loss = Output("loss"), hits = Output("accuracy")
    let training = Program.traced { t in
      let hidden = relu(dense(t[images], 32, in: t.scope("hidden")))
      let logits = dense(hidden, 10, in: t.scope("logits"))
      t.report(loss, softmaxCrossEntropy(logits, t[labels]))
      t.report(hits, accuracy(logits, t[labels]))
      t.minimize(softmaxCrossEntropy(logits, t[labels]), with: .adam(learningRate: 1e-3))
    }
    mark("trainer")
    let digits = Digits.load()
    let trainer = Trainer(training, loss: loss, metrics: [.mean(hits)]) { (batch: LabelledImages) in
      [images: batch.images, labels: batch.labels]
    }
    var state = try training.initialState(seed: 42)
    let history = try trainer.fit(
      &state, digits.training, validation: digits.heldOut, epochs: 2, batchSize: 32, seed: 42,
      checkpoints: CheckpointPlan(to: "\(folder)/run.safetensors"),
      resuming: .ifPresent(at: "\(folder)/run.safetensors"),
      callbacks: [EarlyStopping(patience: 5), BestModel(), CSVLog("\(folder)/run.csv")])
    print(try history["val_loss"])
  }

  func firstMistake() {
    let x = Input("x", [nil, 2]), loss = Output("loss")
    mark("mistake")
    let wrong = Program.traced { t in
      let weight = t.scope("layer").parameter("weight", [8, 2], .glorotUniform)
      t.report(loss, sum(dot(t[x], weight)))
    }
    do {
      _ = try wrong.evaluate(ModelState(), [x: NDArray(zeros: [4, 2])])
    } catch {
      print(error)
    }
  }
}
