import TapestryCore

/// Which values of something measured are the better ones.
public enum Goal: String, Sendable, Hashable {
  /// Lower is better, as of a loss.
  case lowest
  /// Higher is better, as of an accuracy.
  case highest

  /// Words in a name that tell the goal.
  private static let words: [(word: String, goal: Goal)] = [
    ("loss", .lowest), ("error", .lowest), ("perplexity", .lowest), ("divergence", .lowest), ("accuracy", .highest),
    ("precision", .highest), ("recall", .highest), ("f1", .highest), ("area", .highest), ("auc", .highest),
  ]

  /// The goal a name stands for.
  ///
  /// - Throws: `usage` for a name that tells nothing.
  init(of name: String) throws(TapestryError) {
    let lowered = name.lowercased()
    guard let match = Goal.words.first(where: { lowered.contains($0.word) }) else {
      throw TapestryError(
        .usage, "'\(name)' does not tell whether lower or higher is better",
        remedy: "give `goal: .lowest` or `goal: .highest`")
    }
    self = match.goal
  }

  /// Whether a value is better than another by more than a change. Not-a-number is better than nothing.
  func prefers(_ value: Double, to other: Double, by change: Double = 0) -> Bool {
    switch self {
    case .lowest: value < other - change
    case .highest: value > other + change
    }
  }
}

/// The best value so far of something a callback monitors.
struct BestValue: Sendable {
  let name: String
  private let givenGoal: Goal?
  private let minimumChange: Double
  var best: Double?

  init(_ name: String, goal: Goal?, minimumChange: Double = 0) {
    self.name = name
    givenGoal = goal
    self.minimumChange = minimumChange
  }

  /// Which values are better.
  ///
  /// - Throws: `usage` when neither the caller nor the name tells.
  func goal() throws(TapestryError) -> Goal {
    if let givenGoal { return givenGoal }
    return try Goal(of: name)
  }

  /// Checks that what is monitored is measured, and what is better.
  func check(_ run: TrainingRun) throws(TapestryError) {
    try run.requireMeasured(name)
    _ = try goal()
  }

  /// Takes a value in; whether it is the best so far.
  mutating func takes(_ value: Double) throws(TapestryError) -> Bool {
    guard !value.isNaN else { return false }
    if let best, try !goal().prefers(value, to: best, by: minimumChange) { return false }
    best = value
    return true
  }
}
