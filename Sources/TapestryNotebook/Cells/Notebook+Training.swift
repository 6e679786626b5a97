public import TapestryCompiler
import TapestryCore
public import TapestryData
public import TapestryNN
import TapestryTerminal

// A training of a notebook is kept in a checkpoint when it ends. Ctrl-C ends it after the step it is in, and the process
// with it; `--resume` goes on from there, and passes over the trainings that had ended before. Either way gives the bits
// of a run that was never interrupted.

extension Notebook {
  /// Trains as a trainer does, with the seed of `--seed`, a progress line, checkpoints, and an end by Ctrl-C.
  ///
  /// - Parameters:
  ///   - trainer: the trainer.
  ///   - state: what the training starts from, and what it ends with.
  ///   - rows: the rows to train with.
  ///   - validation: rows the loss and the metrics are evaluated over after each epoch.
  ///   - epochs: the last epoch, counted from 1; by default that of `--epochs`.
  ///   - batchSize: rows of a batch.
  ///   - label: names the training among those of the notebook, on the progress line and in the name of its checkpoint;
  ///     empty for the only one.
  /// - Returns: what was measured.
  /// - Throws: what the trainer throws; `invalidFile` for a checkpoint that cannot be read or written.
  public func fit<Rows: DataRows>(
    _ trainer: Trainer<Rows>, _ state: inout ModelState, _ rows: Rows, validation: Rows? = nil, epochs: Int? = nil,
    batchSize: Int = 32, as label: String = ""
  ) throws -> TrainingHistory {
    let (path, checkpoint) = try beginTraining(label)
    let history = try trainer.fit(
      &state, rows, validation: validation, epochs: epochs ?? options.epochs, batchSize: batchSize, seed: options.seed,
      checkpoints: CheckpointPlan(to: path, every: 10), resuming: checkpoint,
      callbacks: [
        ProgressDisplay(label.isEmpty ? "training" : label), StopWhen("interrupted") { self.isInterrupted },
      ])
    endIfInterrupted()
    return history
  }

  /// Trains by a loop of one's own, with a progress line, a checkpoint, and an end by Ctrl-C.
  ///
  /// ```swift
  /// let measured = try notebook.train(&state, steps: 200, as: "fitting") { state, _ in
  ///   ["loss": try program.run(&state, feeds).scalar(loss)]
  /// }
  /// ```
  ///
  /// The state is all that goes from one step to the next. What else a step must remember can stand in it under a path of
  /// its own.
  ///
  /// - Parameters:
  ///   - state: what the training starts from, and what it ends with.
  ///   - steps: how many steps there are.
  ///   - every: how many steps lie between checkpoints on the way; nil for none before the end.
  ///   - label: names the training, as for ``fit(_:_:_:validation:epochs:batchSize:as:)``.
  ///   - notes: what a training resumed must have been given, by name, beside the same seed and number of steps.
  ///   - step: makes a step, given its number, counted from 0, and gives what it measured, by name.
  /// - Returns: by name, what was measured, in the order of the steps.
  /// - Throws: what a step throws; `invalidState` for a checkpoint of another training, `invalidFile` for one that cannot be
  ///   read or written.
  public func train(
    _ state: inout ModelState, steps: Int, savingEvery every: Int? = nil, as label: String = "",
    notes: [String: String] = [:], _ step: (inout ModelState, Int) throws -> KeyValuePairs<String, Double>
  ) throws -> [String: [Double]] {
    let (path, checkpoint) = try beginTraining(label)
    let notes = notes.merging(["steps": String(steps), "label": label]) { $1 }
    var training = Checkpoint(state: state, epoch: 0, seed: options.seed, notes: notes)
    if let checkpoint {
      try checkpoint.check(continues: training, path)
      training = checkpoint
    }
    state = ModelState()
    defer { state = training.state }
    var measured: [String: [Double]] = [:]
    if let kept = training.kept[Notebook.measuredKey] {
      for name in kept.paths { measured[name] = kept[name]?.doubles }
    }
    func save() throws {
      training.kept[Notebook.measuredKey] = ModelState(measured.mapValues { NDArray($0) })
      try training.write(to: path)
    }
    let line = ProgressLine(label.isEmpty ? "training" : label, total: steps - training.epoch, unit: "steps")
    while training.epoch < steps, !isInterrupted {
      let values = try step(&training.state, training.epoch)
      training.epoch += 1
      for (name, value) in values { measured[name, default: []].append(value) }
      line.advance(metrics: values.map { "\($0) \(decimal($1, 3))" }.joined(separator: "  "))
      if let every, training.epoch % max(every, 1) == 0 { try save() }
    }
    line.finish()
    try save()
    endIfInterrupted()
    return measured
  }

  private func beginTraining(_ label: String) throws(TapestryError) -> (path: String, checkpoint: Checkpoint?) {
    // Makes the folder the checkpoint goes into.
    _ = try path(of: name)
    return try checkpoints.begin(label)
  }

  private static let measuredKey = "measured"
}

extension Checkpoint {
  /// Whether a loop that begins as another checkpoint says goes on from this one, which counts steps as epochs.
  fileprivate func check(continues start: Checkpoint, _ path: String) throws(TapestryError) {
    let settings =
      [("seed", String(start.seed), String(seed))]
      + start.notes.keys.sorted().map { ($0, start.notes[$0] ?? "", notes[$0] ?? "nothing") }
    for (name, wanted, found) in settings where wanted != found {
      throw TapestryError(
        .invalidState, "'\(path)' is of a training with \(name) '\(found)', not '\(wanted)'",
        remedy: "resume with the options of that training")
    }
    let misfits = start.state.paths.filter { state[$0]?.type != start.state[$0]?.type }
    guard misfits.isEmpty else {
      throw TapestryError(
        .invalidState, "'\(path)' is of another model", remedy: "begin anew, without `--resume`",
        notes: misfits.map { "no '\($0)' of the same shape and type" })
    }
  }
}
