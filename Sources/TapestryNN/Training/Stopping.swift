/// Stops a training when a predicate says so, asked after each step: a key, a signal, a budget of time.
///
/// A training stopped in the middle of an epoch keeps its state; with ``CheckpointPlan`` it can be resumed there.
public struct StopWhen: TrainingCallback {
  private let reason: String
  private let predicate: () -> Bool

  /// Stops as soon as the predicate is true.
  ///
  /// - Parameters:
  ///   - reason: what the history gives as the reason.
  ///   - predicate: asked after each step.
  public init(_ reason: String = "stopped by the caller", _ predicate: @escaping () -> Bool) {
    self.reason = reason
    self.predicate = predicate
  }

  /// Asks the predicate.
  public mutating func stepEnded(_ run: inout TrainingRun) throws {
    if predicate() { run.stop(reason) }
  }
}

/// Stops a training whose loss is infinite or not a number, where otherwise the trainer throws.
public struct StopOnNaN: TrainingCallback, Sendable {
  /// A callback that looks at each loss.
  public init() {}

  /// Looks at the loss.
  public mutating func stepEnded(_ run: inout TrainingRun) throws {
    if !run.loss.isFinite { run.stop("the loss was \(run.loss) in step \(run.step) of epoch \(run.epoch)") }
  }
}
