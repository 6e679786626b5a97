import Tapestry

// mark("torch model")
func network(_ images: Tensor, in scope: Scope, mode: TracingMode) -> Tensor {
  let seen = relu(convolution2D(images, 8, kernel: [3, 3], in: scope("conv"), padding: .same))
  let pooled = flatten(maxPool(seen, window: [2, 2]))
  let hidden = dropout(relu(dense(pooled, 32, in: scope("fc1"))), rate: 0.2, in: scope("drop"), mode: mode)
  return dense(hidden, 10, in: scope("fc2"))
}
// end

extension GuideRun {
  func comingFromTorch() throws {
    mark("torch loop")
    let images = Input("images", [nil, 8, 8, 1]), labels = Input("labels", [nil], .int32)
    let loss = Output("loss"), hits = Output("accuracy")
    let program = Program.traced { t in
      let logits = network(t[images], in: t.scope("network"), mode: t.mode)
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(loss, cost)
      t.report(hits, accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 2e-3))
    }
    var state = try program.initialState(seed: 0)
    let digits = Digits.load()
    for epoch in 0..<2 {
      for batch in digits.training.batches(of: 64, seed: epoch) {
        _ = try program.run(&state, [images: batch.grids, labels: batch.labels])
      }
      let test = try program.evaluate(state, [images: digits.heldOut.grids, labels: digits.heldOut.labels])
      print("epoch", epoch, "accuracy", decimal(try test.scalar(hits), 2))
    }
  }

  func comingFromKeras() throws {
    mark("keras fit")
    let images = Input("images", [nil, 64]), labels = Input("labels", [nil], .int32)
    let loss = Output("loss"), hits = Output("accuracy")
    let model = Program.traced { t in
      let logits = mlp(t[images], widths: [32, 10], in: t.scope("model"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(loss, cost)
      t.report(hits, accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
    let trainer = Trainer(model, loss: loss, metrics: [.mean(hits)]) { (batch: LabelledImages) in
      [images: batch.images, labels: batch.labels]
    }
    let digits = Digits.load()
    var state = try model.initialState(seed: 0)
    let history = try trainer.fit(
      &state, digits.training, validation: digits.heldOut, epochs: 3, batchSize: 32,
      callbacks: [EarlyStopping(patience: 2)])
    print(try history.table(of: ["loss", "val_loss", "val_accuracy"]))
    print(try trainer.evaluate(state, digits.heldOut).keys.sorted())
  }

  func comingFromJAX() throws {
    mark("jax grad")
    @Sendable func loss(_ w: Tensor, _ x: Tensor) -> Tensor { sum(tanh(dot(x, w))) }

    let x = Input("x", [nil, 3]), w = Input("w", [3, 2]), v = Input("v", [3, 2])
    let value = Output("value"), slope = Output("grad"), curvature = Output("hvp"), forward = Output("jvp")
    let program = Program.traced { t in
      let result = loss(t[w], t[x])
      t.report(value, result)
      t.report(slope, gradient(of: result, in: t[w]))
      t.report(curvature, hessianVectorProduct(of: result, in: [t[w]], with: [t[v]])[0])
      t.report(forward, jacobianVectorProduct(of: [result], in: [t[w]], with: [t[v]])[0])
    }
    let feeds: Feeds = [
      x: NDArray(repeating: 0.1, [4, 3]), w: NDArray(repeating: 0.5, [3, 2]), v: NDArray(repeating: 1, [3, 2]),
    ]
    let out = try program.evaluate(ModelState(), feeds)
    for output in [value, slope, curvature, forward] { print(output.name, out[output]?.shape ?? []) }

    mark("jax random")
    let noise = Output("noise")
    let drawing = Program.traced { t in t.report(noise, randomNormal([2], from: t.scope("noise"))) }
    var first = try drawing.initialState(seed: 7)
    let again = first
    let one = try drawing.run(&first, [:]).array(noise), two = try drawing.run(&first, [:]).array(noise)
    first = again
    print(one == two, try drawing.run(&first, [:]).array(noise) == one)
  }
}
