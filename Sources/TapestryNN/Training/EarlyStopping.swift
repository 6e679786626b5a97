/// Stops a training when something measured has stopped getting better.
public struct EarlyStopping: TrainingCallback, Sendable {
  private var best: BestValue
  private let patience: Int
  private var waited = 0

  /// Stops after some epochs in a row without a better value.
  ///
  /// - Parameters:
  ///   - monitor: the name of what is measured, such as `val_loss` or `accuracy`.
  ///   - patience: after how many epochs without a better value to stop; less than 1 counts as 1.
  ///   - minimumChange: by how much a value must differ from the best one to be better.
  ///   - goal: whether lower or higher is better; by default as the name says.
  public init(monitor: String = "val_loss", patience: Int = 5, minimumChange: Double = 0, goal: Goal? = nil) {
    best = BestValue(monitor, goal: goal, minimumChange: minimumChange)
    self.patience = Swift.max(1, patience)
  }

  /// Checks that what is monitored is measured.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws {
    try best.check(run)
    if waited >= patience { stop(&run) }
  }

  /// Compares the epoch with the best one.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {
    waited = try best.takes(run.value(of: best.name)) ? 0 : waited + 1
    if waited >= patience { stop(&run) }
  }

  private func stop(_ run: inout TrainingRun) {
    let value = best.best.map { "better than \(shortText($0))" } ?? "a number"
    run.stop("'\(best.name)' was not \(value) for \(waited) epochs")
  }

  /// The best value and the epochs since.
  public var memory: CallbackMemory {
    get { CallbackMemory(numbers: ["waited": Double(waited), "best": best.best ?? .nan]) }
    set {
      waited = newValue.count("waited")
      best.best = newValue.numbers["best"].flatMap { $0.isNaN ? nil : $0 }
    }
  }
}
