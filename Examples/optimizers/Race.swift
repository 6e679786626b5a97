import Tapestry

/// An optimizer with the name it has in tables and legends.
nonisolated struct Runner: Sendable {
  let name: String
  let optimizer: Optimizer

  init(_ name: String, _ optimizer: Optimizer) {
    self.name = name
    self.optimizer = optimizer
  }
}

/// Trainings of one digits classifier from the same start by several optimizers.
nonisolated struct Race {
  let images = Input("images", [nil, 64])
  let labels = Input("labels", [nil], .int32)
  let loss = Output("loss")
  let hits = Output("accuracy")
  let digits = Digits.load()
  let batchSize = 32

  /// Steps in an epoch.
  var stepsInEpoch: Int { (digits.training.rowCount + batchSize - 1) / batchSize }

  /// One step of an optimizer.
  func program(_ optimizer: Optimizer, _ options: ProgramOptions) -> Program {
    Program.traced(options) { [images, labels, loss, hits] t in
      let logits = mlp(t[images], widths: [32, 10], in: t.scope("mlp"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(loss, cost)
      t.report(hits, accuracy(logits, t[labels]))
      t.minimize(cost, with: optimizer)
    }
  }

  /// The history of a training and the accuracy on held-out digits.
  func run(_ name: String, _ optimizer: Optimizer, _ notebook: Notebook) throws -> (
    history: TrainingHistory, accuracy: Double
  ) {
    let program = program(optimizer, notebook.options.programs)
    let trainer = Trainer(program, loss: loss, metrics: [.mean(hits)]) { [images, labels] (batch: LabelledImages) in
      [images: batch.images, labels: batch.labels]
    }
    var state = try program.initialState(seed: notebook.options.seed)
    let history = try notebook.fit(trainer, &state, digits.training, batchSize: batchSize, as: name)
    return (history, try trainer.evaluate(state, digits.heldOut)["accuracy"] ?? .nan)
  }
}

/// The learning rate a schedule gives at each step: the distance a parameter moves whose gradient is 1.
nonisolated func rates(of schedule: LearningRateSchedule, steps: Int) throws -> [Double] {
  let program = Program.traced(ProgramOptions(threads: 1)) { t in
    t.minimize(
      t.scope("line").parameter("place", [], .zeros, dtype: .float64),
      with: .sgd(learningRate: 1).scheduled(schedule))
  }
  var state = try program.initialState()
  var places = [0.0]
  for _ in 0..<steps {
    _ = try program.run(&state, [:])
    places.append(state["line/place"]?.double(at: 0) ?? .nan)
  }
  return zip(places, places.dropFirst()).map { $0 - $1 }
}
