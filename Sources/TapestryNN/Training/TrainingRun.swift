public import TapestryCompiler
public import TapestryCore

/// A training at one moment, as callbacks see it.
public struct TrainingRun: Sendable {
  /// Parameters, what optimizers remember, step counts and the random key: what is changed here, the training goes on
  /// with.
  public var state: ModelState
  /// The epoch, counted from 1: the one going on, or the one just ended. Before the first it is 0.
  public internal(set) var epoch: Int
  /// How many epochs are finished, of a training resumed with those before.
  public internal(set) var finishedEpochs: Int
  /// The last epoch there is to be.
  public let epochs: Int
  /// The steps made in the epoch.
  public internal(set) var step: Int
  /// The steps of a whole epoch.
  public let stepsInEpoch: Int
  /// The loss of the last step; not-a-number before the first.
  public internal(set) var loss = Double.nan
  /// What was measured in the epochs before, and after the end of an epoch in this one.
  public internal(set) var history: TrainingHistory
  /// Why the training stops, nil while it goes on.
  public private(set) var stopReason: String?
  /// Loss and metrics.
  let metrics: [Metric]
  /// What the metrics have seen of the epoch.
  var sums = MetricSums()

  init(state: ModelState, metrics: [Metric], history: TrainingHistory, epochs: Int, stepsInEpoch: Int) {
    self.state = state
    self.metrics = metrics
    self.history = history
    self.epochs = epochs
    self.stepsInEpoch = stepsInEpoch
    epoch = 0
    finishedEpochs = 0
    step = 0
  }

  /// What was measured, by name: in an epoch over its steps so far; after its end what the history holds of it.
  ///
  /// - Throws: what a metric of the caller's own throws.
  public var values: [String: Double] {
    get throws(TapestryError) {
      if let last = history.epochs.last, last.epoch == epoch { return last.values }
      return try sums.values(metrics)
    }
  }

  /// What was measured under a name; not-a-number when it is only measured at the end of an epoch.
  ///
  /// - Throws: `unknownOutput` when nothing of that name is measured; what a metric of the caller's own throws.
  public func value(of name: String) throws(TapestryError) -> Double {
    try requireMeasured(name)
    return try values[name] ?? .nan
  }

  /// Checks a name, such as one a callback monitors.
  ///
  /// - Throws: `unknownOutput` when nothing of that name is measured, with the nearest one.
  public func requireMeasured(_ name: String) throws(TapestryError) { try history.requireMeasured(name) }

  /// Ends the training after the call; an epoch whose last step is made ends first. The first reason given counts.
  public mutating func stop(_ reason: String) { stopReason = stopReason ?? reason }
}
