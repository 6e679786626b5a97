import TapestryTerminal

/// Shows how far a training is, with the time left and what was measured, as a ``ProgressLine``.
public struct ProgressDisplay: TrainingCallback {
  /// What one line stands for.
  public enum Span: Sendable, Hashable {
    /// The whole training.
    case training
    /// An epoch: each has a line of its own, with its number.
    case epoch
  }

  private let label: String
  private let span: Span
  private var line: ProgressLine?

  /// A display on standard error.
  ///
  /// - Parameters:
  ///   - label: what leads the line.
  ///   - span: whether there is one line, or one for each epoch.
  public init(_ label: String = "training", of span: Span = .training) {
    self.label = label
    self.span = span
  }

  /// Begins the line of the training.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws {
    let epochs = run.epochs - run.finishedEpochs
    guard span == .training, epochs > 0 else { return }
    line = ProgressLine(label, total: epochs * run.stepsInEpoch - run.step, unit: "steps")
  }

  /// Begins the line of an epoch.
  public mutating func epochBegan(_ run: inout TrainingRun) throws {
    guard span == .epoch else { return }
    line = ProgressLine("\(label) \(run.epoch)/\(run.epochs)", total: run.stepsInEpoch, unit: "steps")
  }

  /// Counts a step.
  public mutating func stepEnded(_ run: inout TrainingRun) throws {
    // What is shown of a step is its loss alone: other metrics may be slow to make.
    line?.advance(metrics: run.history.epochs.isEmpty || span == .epoch ? "loss \(shortText(run.loss))" : nil)
  }

  /// Shows what was measured.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {
    let values = try run.values
    let text = run.history.names.compactMap { name in values[name].map { "\(name) \(shortText($0))" } }
    let metrics = text.joined(separator: "  ")
    if span == .epoch { line?.finish(metrics: metrics) } else { line?.advance(by: 0, metrics: metrics) }
  }

  /// Ends the line.
  public mutating func trainingEnded(_ run: inout TrainingRun) throws { line?.finish() }
}
