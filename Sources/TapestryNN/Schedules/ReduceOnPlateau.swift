/// A learning rate that is lowered when a measured value stops getting better, between runs of a program.
///
/// A value, told of each validation; it answers the rate, which the caller writes to `optimizer/rate` of the state.
/// It is PyTorch's ReduceLROnPlateau with `mode="min"`, `threshold_mode="rel"`.
public struct ReduceOnPlateau: Sendable {
  /// The rate now.
  public private(set) var rate: Double
  /// The best value told so far.
  public private(set) var best = Double.infinity
  private var waited = 0
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let least: Double

  /// - Parameters:
  ///   - rate: the rate to start from.
  ///   - factor: what it is multiplied by.
  ///   - patience: how many values in a row may be no better.
  ///   - threshold: the share of the best value a better one must be below it by.
  ///   - least: the rate below which it does not go.
  public init(rate: Double, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, least: Double = 0) {
    self.rate = rate
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.least = least
  }

  /// The rate after a value, such as a validation loss; lower is better.
  public mutating func observe(_ value: Double) -> Double {
    if value < best * (1 - threshold) {
      best = value
      waited = 0
    } else {
      waited += 1
    }
    if waited > patience {
      rate = Swift.max(rate * factor, least)
      waited = 0
    }
    return rate
  }
}
