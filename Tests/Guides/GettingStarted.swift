import Tapestry

// mark("classifier")
func classifier(_ images: Tensor, in scope: Scope) -> Tensor {
  let hidden = relu(dense(images, 128, in: scope("hidden")))
  return dense(hidden, 10, in: scope("logits"))
}
// end

extension GuideRun {
  func gettingStarted() throws {
    mark("digits")
    let digits = Digits.load()
    print(digits.training.rowCount, "to train with,", digits.heldOut.rowCount, "held out")
    print(digits.training.images.type, digits.training.labels.type)

    mark("classifier program")
    let images = Input("images", [nil, 64]), labels = Input("labels", [nil], .int32)
    let loss = Output("loss"), hits = Output("accuracy"), classes = Output("classes")
    let training = Program.traced { t in
      let logits = classifier(t[images], in: t.scope("mlp"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(loss, cost)
      t.report(hits, accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }

    mark("classifier training")
    var state = try training.initialState(seed: 42)
    for epoch in 1...5 {
      var total = 0.0
      for batch in digits.training.batches(of: 32, seed: epoch) {
        let out = try training.run(&state, [images: batch.images, labels: batch.labels])
        total += try out.scalar(loss) * Double(batch.rowCount)
      }
      print("epoch", epoch, "loss", decimal(total / Double(digits.training.rowCount), 3))
    }

    mark("classifier test")
    let test = digits.heldOut
    let out = try training.evaluate(state, [images: test.images, labels: test.labels])
    print("accuracy", decimal(try out.scalar(hits), 2))

    mark("classifier use")
    let prediction = Program.traced { t in
      t.report(classes, argMax(classifier(t[images], in: t.scope("mlp"))))
    }
    let three = test.selecting(rows: [0, 1, 2])
    let found = try prediction.evaluate(state, [images: three.images])
    print("found", try found.array(classes).values(as: Int32.self))
    print("true ", try three.labels.values(as: Int32.self))

    mark("classifier file")
    try state.write(to: "\(folder)/digits.safetensors")
    let kept = try ModelState(contentsOf: "\(folder)/digits.safetensors")
    print(kept == state)
  }
}
