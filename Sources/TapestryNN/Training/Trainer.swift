public import TapestryCompiler
public import TapestryCore
public import TapestryData

// Training is a loop over `Program.run`, and can be written by hand:
//
//     for epoch in 1...epochs {
//       for batch in rows.batches(of: size, seed: seed, epoch: epoch) {
//         let out = try program.run(&state, feeds(batch))
//         sum += try out.scalar(loss) * Double(batch.rowCount)
//       }
//     }
//
// A trainer is that loop, with batches made ahead on another thread, validation, a history, callbacks and checkpoints.
// It gives the same numbers as the loop, bit by bit.

/// Trains a program over the rows of a data set.
///
/// ```swift
/// let trainer = Trainer(training, loss: loss, metrics: [.mean(hits)]) { (batch: LabelledImages) in
///   [images: batch.images, labels: batch.labels]
/// }
/// var state = try training.initialState(seed: 42)
/// let history = try trainer.fit(
///   &state, digits.training, validation: digits.heldOut, epochs: 20, batchSize: 32, seed: 7,
///   callbacks: [ProgressDisplay(), EarlyStopping(monitor: "val_loss", patience: 3), BestModel(monitor: "val_loss")])
/// print(try history["val_accuracy"])
/// ```
public struct Trainer<Rows: DataRows>: Sendable {
  let program: Program
  let evaluation: Program
  let loss: Output
  /// The loss, then the metrics.
  let measured: [Metric]
  let evaluationBatchSize: Int
  let augment: (@Sendable (Rows, RandomStream) throws -> Rows)?
  let feeds: @Sendable (Rows) throws -> Feeds

  /// A trainer of a program.
  ///
  /// - Parameters:
  ///   - program: makes one step of training at each run.
  ///   - evaluation: is evaluated for validation; the same program by default.
  ///   - loss: a scalar the program reports, the mean over the rows of a batch.
  ///   - metrics: what else is measured.
  ///   - evaluationBatchSize: rows of a batch for validation; less than 1 counts as 1.
  ///   - augment: changes the rows of a training batch, on another thread, with random numbers that depend on seed, epoch
  ///     and batch alone.
  ///   - feeds: what a batch feeds the program; of training batches it is called on another thread.
  public init(
    _ program: Program, evaluation: Program? = nil, loss: Output, metrics: [Metric] = [],
    evaluationBatchSize: Int = 256, augment: (@Sendable (Rows, RandomStream) throws -> Rows)? = nil,
    feeds: @escaping @Sendable (Rows) throws -> Feeds
  ) {
    self.program = program
    self.evaluation = evaluation ?? program
    self.loss = loss
    measured = [.mean(loss)] + metrics
    self.evaluationBatchSize = evaluationBatchSize
    self.augment = augment
    self.feeds = feeds
  }

  /// The loss and the metrics over all rows, by name, in evaluation mode.
  ///
  /// - Parameters:
  ///   - batchSize: rows of a batch; that of the trainer by default. Whatever it is, each row counts alike.
  /// - Throws: `invalidAttribute` when there are no rows; what evaluating throws.
  public func evaluate(_ state: ModelState, _ rows: Rows, batchSize: Int? = nil) throws -> [String: Double] {
    guard rows.rowCount > 0 else { throw emptyRows("to evaluate") }
    var sums = MetricSums()
    for batch in rows.batches(of: batchSize ?? evaluationBatchSize) {
      try sums.add(evaluation.evaluate(state, feeds(batch)), rows: batch.rowCount, measured)
    }
    return try sums.values(measured)
  }

  /// Trains for some epochs, each over all rows in batches.
  ///
  /// Batches of all rows, of some and of one row are full-batch, mini-batch and single-sample descent. When it throws in
  /// the middle, the state is that after the last step made.
  ///
  /// - Parameters:
  ///   - state: what the training starts from, and what it ends with.
  ///   - rows: the rows to train with.
  ///   - validation: rows the loss and the metrics are evaluated over after each epoch.
  ///   - epochs: the last epoch, counted from 1; a training resumed counts on.
  ///   - batchSize: rows of a batch; a last batch that is short is kept, and the program is compiled once for it.
  ///   - seed: names the order of the rows, another for each epoch.
  ///   - shuffles: whether the rows are shuffled; otherwise they stay in their order.
  ///   - checkpoints: where and how often to write checkpoints.
  ///   - checkpoint: the checkpoint to go on from. What follows has the same bits as if the training had never stopped.
  ///   - callbacks: are told of the training in this order.
  /// - Returns: what was measured.
  /// - Throws: before anything changes, `usage` or `invalidAttribute` for settings, names and rows that do not fit, and
  ///   `invalidState` for a checkpoint of another model; later `divergence` for a loss that is infinite or not a number,
  ///   unless a callback has stopped the training; what a step, a callback or making a batch throws.
  public func fit(
    _ state: inout ModelState, _ rows: Rows, validation: Rows? = nil, epochs: Int, batchSize: Int = 32, seed: Int = 0,
    shuffles: Bool = true, checkpoints: CheckpointPlan? = nil, resuming checkpoint: Checkpoint? = nil,
    callbacks: [any TrainingCallback] = []
  ) throws -> TrainingHistory {
    let plan = TrainingPlan(
      rows: rows, validation: validation, epochs: epochs, batchSize: batchSize, seed: seed, shuffles: shuffles,
      checkpoints: checkpoints)
    try check(plan, checkpoint)
    var start = state
    if let checkpoint { try start.load(from: checkpoint.state) }
    let names = try names(plan, start)
    var loop = TrainingLoop(self, plan, start, names, callbacks)
    start = ModelState()
    if let checkpoint { loop.resume(checkpoint) }
    try loop.begin()
    // From here on the loop alone holds the state, so that steps change it in place.
    state = ModelState()
    defer { state = loop.run.state }
    try loop.train()
    return loop.run.history
  }
}
