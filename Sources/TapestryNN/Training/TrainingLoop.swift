import TapestryCompiler
import TapestryCore
import TapestryData

/// A training going on.
struct TrainingLoop<Rows: DataRows> {
  private let trainer: Trainer<Rows>
  private let plan: TrainingPlan<Rows>
  private var callbacks: [any TrainingCallback]
  /// What callbacks see; it alone holds the state.
  private(set) var run: TrainingRun
  private var results = Results()
  /// Seconds the epoch took before this process went on with it.
  private var secondsBefore = 0.0
  private var isSaved = true

  init(
    _ trainer: Trainer<Rows>, _ plan: TrainingPlan<Rows>, _ state: ModelState, _ names: [String],
    _ callbacks: [any TrainingCallback]
  ) {
    self.trainer = trainer
    self.plan = plan
    self.callbacks = callbacks
    run = TrainingRun(
      state: state, metrics: trainer.measured, history: TrainingHistory(names: names), epochs: plan.epochs,
      stepsInEpoch: plan.batches(1).count)
  }

  /// Goes to where a checkpoint was made. Its state is in place already.
  mutating func resume(_ checkpoint: Checkpoint) {
    run.finishedEpochs = checkpoint.epoch
    run.epoch = checkpoint.epoch
    guard let progress = checkpoint.progress else { return }
    run.step = progress.step
    run.sums = progress.sums
    run.history.epochs = progress.history.epochs
    secondsBefore = progress.seconds
    for (place, name) in callbackNames.enumerated() {
      let states = checkpoint.kept.filter { $0.key.hasPrefix(name + ".") }
      callbacks[place].memory = CallbackMemory(
        numbers: progress.memory[name] ?? [:],
        states: Dictionary(uniqueKeysWithValues: states.map { (String($0.key.dropFirst(name.count + 1)), $0.value) }))
    }
  }

  /// Tells callbacks that the training begins.
  mutating func begin() throws { try tell { try $0.trainingBegan(&$1) } }

  /// Trains to the last epoch, or until a callback stops it.
  mutating func train() throws {
    while run.stopReason == nil, run.finishedEpochs < run.epochs { try trainEpoch() }
    run.history.stopReason = run.stopReason
    run.history.specializations = (try? trainer.program.report.specializations) ?? 0
    if !isSaved { try save(seconds: secondsBefore) }
    try tell { try $0.trainingEnded(&$1) }
  }

  private mutating func trainEpoch() throws {
    let clock = ContinuousClock()
    let start = clock.now
    run.epoch = run.finishedEpochs + 1
    if run.step == 0 { try tell { try $0.epochBegan(&$1) } }
    try makeSteps()
    let isWhole = run.step == run.stepsInEpoch
    let values = isWhole ? try measuredValues() : [:]
    let seconds = secondsBefore + (clock.now - start) / .seconds(1)
    guard isWhole else { return secondsBefore = seconds }
    run.finishedEpochs = run.epoch
    run.step = 0
    run.sums = MetricSums()
    secondsBefore = 0
    run.history.epochs.append(EpochRecord(epoch: run.epoch, values: values, seconds: seconds))
    try tell { try $0.epochEnded(&$1) }
    if let checkpoints = plan.checkpoints, run.epoch % checkpoints.every == 0 { try save(seconds: 0) }
  }

  /// Makes the steps left of the epoch, or those until a callback stops the training.
  private mutating func makeSteps() throws {
    let batches = plan.batches(run.epoch)
    let (trainer, seed, epoch) = (trainer, plan.seed, run.epoch)
    let prefetched = Prefetched(run.step..<batches.count) { (place) throws(any Error) -> (feeds: Feeds, rows: Int) in
      let batch = batches[place]
      let stream = RandomStream(seed: seed, name: "data/augmentation/\(epoch)/\(place)")
      let augmented = try trainer.augment?(batch, stream) ?? batch
      return (try trainer.feeds(augmented), augmented.rowCount)
    }
    let iterator = prefetched.makeIterator()
    while run.stopReason == nil, let batch = try iterator.next() {
      try trainer.program.run(&run.state, batch.feeds, into: &results)
      isSaved = false
      run.step += 1
      run.loss = try results.scalar(trainer.loss)
      try run.sums.add(results, rows: batch.rows, trainer.measured)
      try tell { try $0.stepEnded(&$1) }
      guard run.loss.isFinite || run.stopReason != nil else {
        throw TapestryError(
          .divergence, "the loss is \(run.loss) in step \(run.step) of epoch \(run.epoch)",
          remedy: "lower the learning rate, clip the gradients, or look for a division by 0 or a log of 0")
      }
    }
  }

  /// What the epoch that ends has measured, validation included.
  private func measuredValues() throws -> [String: Double] {
    var values = try run.sums.values(trainer.measured)
    if let validation = plan.validation {
      for (name, value) in try trainer.evaluate(run.state, validation) { values["val_" + name] = value }
    }
    for (name, rate) in run.state.namedLearningRates { values[name] = rate }
    return values
  }

  /// Writes a checkpoint, where the plan wants any.
  private mutating func save(seconds: Double) throws {
    isSaved = true
    guard let path = plan.checkpoints?.path else { return }
    var checkpoint = Checkpoint(state: run.state, epoch: run.finishedEpochs, seed: plan.seed)
    var progress = TrainingProgress(
      step: run.step, batchSize: plan.batchSize, rowCount: plan.rows.rowCount, history: run.history, sums: run.sums,
      seconds: seconds, memory: [:])
    for (name, callback) in zip(callbackNames, callbacks) {
      let memory = callback.memory
      progress.memory[name] = memory.numbers
      for (key, state) in memory.states { checkpoint.kept["\(name).\(key)"] = state }
    }
    checkpoint.progress = progress
    try checkpoint.write(to: path)
  }

  /// The type of each callback, with the number of those of the same type before it.
  private var callbackNames: [String] {
    var counts: [String: Int] = [:]
    return callbacks.map { callback in
      let name = "\(type(of: callback))"
      defer { counts[name, default: 0] += 1 }
      return "\(name)-\(counts[name] ?? 0)"
    }
  }

  private mutating func tell(_ call: (inout any TrainingCallback, inout TrainingRun) throws -> Void) throws {
    for place in callbacks.indices { try call(&callbacks[place], &run) }
  }
}
