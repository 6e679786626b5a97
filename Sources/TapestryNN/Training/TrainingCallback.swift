public import TapestryCompiler

/// What is told of a training as it goes on, and may change it.
///
/// Each call may read and change the state, such as the learning rate, and may stop the training with
/// ``TrainingRun/stop(_:)``. Every function has a default that does nothing. A callback is a value: each training starts
/// with a copy as it was given, and what it gathers is gone with the training unless it is an object or writes to one.
///
/// ```swift
/// struct Halving: TrainingCallback {
///   mutating func epochBegan(_ run: inout TrainingRun) throws {
///     if run.epoch % 10 == 0, let rate = run.state.learningRate() { try run.state.setLearningRate(rate / 2) }
///   }
/// }
/// ```
public protocol TrainingCallback {
  /// Called once, before the first step and after a resumption.
  mutating func trainingBegan(_ run: inout TrainingRun) throws
  /// Called before the first step of each epoch.
  mutating func epochBegan(_ run: inout TrainingRun) throws
  /// Called after each step.
  mutating func stepEnded(_ run: inout TrainingRun) throws
  /// Called after the last step of each epoch and its validation; the history holds them.
  mutating func epochEnded(_ run: inout TrainingRun) throws
  /// Called once, when the training is over, finished or stopped; not after an error.
  mutating func trainingEnded(_ run: inout TrainingRun) throws
  /// What the callback must remember for a training resumed to go on as if it had never stopped.
  var memory: CallbackMemory { get set }
}

extension TrainingCallback {
  /// Does nothing.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws {}
  /// Does nothing.
  public mutating func epochBegan(_ run: inout TrainingRun) throws {}
  /// Does nothing.
  public mutating func stepEnded(_ run: inout TrainingRun) throws {}
  /// Does nothing.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {}
  /// Does nothing.
  public mutating func trainingEnded(_ run: inout TrainingRun) throws {}
  /// Nothing.
  public var memory: CallbackMemory {
    get { CallbackMemory() }
    set {}
  }
}

/// What a callback keeps in checkpoints.
public struct CallbackMemory: Sendable, Hashable {
  /// Numbers by name.
  public var numbers: [String: Double]
  /// Whole states by name.
  public var states: [String: ModelState]

  /// A number of times kept as a number; 0 for what is none.
  func count(_ name: String) -> Int { numbers[name].flatMap(Int.init(exactly:)).map { Swift.max($0, 0) } ?? 0 }

  /// What to keep.
  public init(numbers: [String: Double] = [:], states: [String: ModelState] = [:]) {
    self.numbers = numbers
    self.states = states
  }
}

/// A function called after each epoch.
public struct AfterEpoch: TrainingCallback {
  private let action: (inout TrainingRun) throws -> Void

  /// A callback of a function.
  public init(_ action: @escaping (inout TrainingRun) throws -> Void) { self.action = action }

  /// Calls the function.
  public mutating func epochEnded(_ run: inout TrainingRun) throws { try action(&run) }
}

/// A function called after each step.
public struct AfterStep: TrainingCallback {
  private let action: (inout TrainingRun) throws -> Void

  /// A callback of a function.
  public init(_ action: @escaping (inout TrainingRun) throws -> Void) { self.action = action }

  /// Calls the function.
  public mutating func stepEnded(_ run: inout TrainingRun) throws { try action(&run) }
}
