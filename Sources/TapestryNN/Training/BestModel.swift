import TapestryCompiler

/// Keeps the state of the best epoch, and gives it back at the end.
public struct BestModel: TrainingCallback, Sendable {
  private var best: BestValue
  private let path: String?
  private let restores: Bool
  private var kept: ModelState?

  /// Keeps the best state by something measured.
  ///
  /// - Parameters:
  ///   - monitor: the name of what is measured, such as `val_loss` or `val_accuracy`.
  ///   - goal: whether lower or higher is better; by default as the name says.
  ///   - restores: whether the training ends with the best state in place of the last.
  ///   - path: a `.safetensors` or `.npz` file each better state is written to.
  public init(monitor: String = "val_loss", goal: Goal? = nil, restores: Bool = true, writingTo path: String? = nil) {
    best = BestValue(monitor, goal: goal)
    self.path = path
    self.restores = restores
  }

  /// Checks that what is monitored is measured.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws { try best.check(run) }

  /// Keeps the state where the epoch is the best so far.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {
    guard try best.takes(run.value(of: best.name)) else { return }
    kept = run.state
    if let path { try run.state.write(to: path) }
  }

  /// Puts the best state in place, where that was asked for.
  public mutating func trainingEnded(_ run: inout TrainingRun) throws {
    if restores, let kept { run.state = kept }
  }

  /// The best value and its state.
  public var memory: CallbackMemory {
    get {
      CallbackMemory(
        numbers: ["best": best.best ?? .nan], states: kept.map { ["best": $0] } ?? [:])
    }
    set {
      best.best = newValue.numbers["best"].flatMap { $0.isNaN ? nil : $0 }
      kept = newValue.states["best"]
    }
  }
}
