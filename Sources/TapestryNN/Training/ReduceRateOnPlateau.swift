public import TapestryCore

/// Lowers the learning rate when something measured has stopped getting better: ``ReduceOnPlateau`` told of each epoch.
public struct ReduceRateOnPlateau: TrainingCallback, Sendable {
  private let monitored: BestValue
  private let optimizer: String
  private var plateau: ReduceOnPlateau

  /// Lowers the rate after some epochs in a row without a better value.
  ///
  /// - Parameters:
  ///   - monitor: the name of what is measured, such as `val_loss`.
  ///   - factor: what the rate is multiplied by.
  ///   - patience: how many epochs in a row may be no better.
  ///   - threshold: the share of the best value a better one must differ from it by.
  ///   - least: the rate below which it does not go.
  ///   - goal: whether lower or higher is better; by default as the name says.
  ///   - optimizer: the path of the optimizer whose rate is lowered.
  /// - Throws: `invalidAttribute` for a setting outside its range, `usage` for a name that does not tell its goal.
  public init(
    monitor: String = "val_loss", factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, least: Double = 0,
    goal: Goal? = nil, optimizer: String = "optimizer"
  ) throws(TapestryError) {
    monitored = BestValue(monitor, goal: goal)
    self.optimizer = optimizer
    plateau = try ReduceOnPlateau(
      rate: 0, goal: monitored.goal(), factor: factor, patience: patience, threshold: threshold, least: least)
  }

  /// Checks that what is monitored is measured, and that there is a rate to lower.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws {
    try monitored.check(run)
    try run.state.setLearningRate(run.state.learningRate(of: optimizer) ?? .nan, of: optimizer)
  }

  /// Compares the epoch with the best one, and lowers the rate where that was too long ago.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {
    let rate = run.state.learningRate(of: optimizer) ?? .nan
    plateau.rate = rate
    let next = plateau.observe(try run.value(of: monitored.name))
    if next != rate { try run.state.setLearningRate(next, of: optimizer) }
  }

  /// The best value and the epochs since.
  public var memory: CallbackMemory {
    get { CallbackMemory(numbers: ["best": plateau.best, "waited": Double(plateau.waited)]) }
    set {
      plateau.best = newValue.numbers["best"] ?? plateau.best
      plateau.waited = newValue.count("waited")
    }
  }
}
