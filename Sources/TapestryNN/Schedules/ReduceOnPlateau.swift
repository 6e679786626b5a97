public import TapestryCore

/// A learning rate that is lowered when a measured value stops getting better, between runs of a program.
///
/// A value, told of each validation; it answers the rate, for the caller to put into the state:
///
/// ```swift
/// var plateau = try ReduceOnPlateau(rate: 1e-3, patience: 3)
/// ...
/// try state.setLearningRate(plateau.observe(validationLoss))
/// ```
///
/// In a ``Trainer`` the callback ``ReduceRateOnPlateau`` does so.
/// It is PyTorch's ReduceLROnPlateau with `threshold_mode="rel"`. Keras's callback counts the values of patience one
/// less: its patience n is n - 1 here.
///
/// A training that goes on from a ``Checkpoint`` needs its ``memory``, too.
public struct ReduceOnPlateau: Sendable, Hashable {
  /// The rate now.
  public internal(set) var rate: Double
  /// The best value told so far; infinitely bad before the first.
  public internal(set) var best: Double
  /// How many values in a row were no better.
  var waited = 0
  private let goal: Goal
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let least: Double

  /// - Parameters:
  ///   - rate: the rate to start from.
  ///   - goal: whether lower values are better or higher ones.
  ///   - factor: what it is multiplied by, in 0 ..< 1.
  ///   - patience: how many values in a row may be no better.
  ///   - threshold: the share of the best value a better one must be apart from it.
  ///   - least: the rate below which it does not go.
  /// - Throws: `invalidAttribute` for a setting outside its range.
  public init(
    rate: Double, goal: Goal = .lowest, factor: Double = 0.1, patience: Int = 10,
    threshold: Double = 1e-4, least: Double = 0
  ) throws(TapestryError) {
    guard rate >= 0, rate.isFinite, (0..<1).contains(factor), patience >= 0, threshold >= 0, least >= 0 else {
      throw TapestryError(
        .invalidAttribute,
        "the rate \(rate) cannot be lowered by factor \(factor), patience \(patience), threshold \(threshold) and "
          + "least rate \(least)", remedy: "give a factor in 0 ..< 1 and all others 0 or more")
    }
    self.rate = rate
    self.goal = goal
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.least = least
    best = goal == .lowest ? .infinity : -.infinity
  }

  /// The rate after a value, such as a validation loss.
  public mutating func observe(_ value: Double) -> Double {
    if goal.prefers(value, to: best * (goal == .lowest ? 1 - threshold : 1 + threshold)) {
      best = value
      waited = 0
    } else {
      waited += 1
    }
    if waited > patience {
      rate = Swift.min(rate, Swift.max(rate * factor, least))
      waited = 0
    }
    return rate
  }

  /// What it has learned from the values told, as a text for the notes of a ``Checkpoint``.
  public var memory: String { "\(rate) \(best) \(waited)" }

  /// Goes on from the memory of another with the same settings.
  ///
  /// - Throws: `invalidState` for a text that is no memory; it then stays as it was.
  public mutating func resume(from memory: String) throws(TapestryError) {
    let parts = memory.split(separator: " ")
    guard parts.count == 3, let rate = Double(parts[0]), rate >= 0, rate.isFinite, let best = Double(parts[1]),
      !best.isNaN, let waited = Int(parts[2]), (0...patience).contains(waited)
    else {
      throw TapestryError(
        .invalidState, "'\(memory.prefix(40))' is not what a schedule remembers: a rate, the best value and a count",
        remedy: "give the text that `memory` gave")
    }
    (self.rate, self.best, self.waited) = (rate, best, waited)
  }
}
