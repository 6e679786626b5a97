public import TapestryGraph

/// A rule that moves parameters against their gradients.
///
/// An optimizer is a value; what it remembers is state of the program, beside each parameter and readable by path: for
/// the parameter `mlp/weight` under ``adam(learningRate:beta1:beta2:epsilon:)`` the moments are `mlp/weight/adam/m` and
/// `mlp/weight/adam/v`. The learning rate is state too, at `optimizer/rate` (or `part/optimizer/rate` for an optimizer
/// over the scope `part`), and so is the number of steps where the rule needs it, at `optimizer/step`: a schedule or a
/// caller changes them while the program stays as it is.
///
/// The rate is float32, and float64 where one of the parameters is: a rate such as 1e-3, rounded to float32, would leave
/// such a parameter seven digits. A checkpoint of a float64 model whose rate was kept in float32 wants its rate cast.
public struct Optimizer: Sendable {
  /// One parameter at one step, as a rule sees it. All tensors have the parameter's dtype.
  public struct Step: Sendable {
    /// The parameter before the step.
    public internal(set) var parameter: Tensor
    /// The gradient of the loss in the parameter, of its shape.
    public internal(set) var gradient: Tensor
    /// What the rule keeps for the parameter, of its shape, in the order of the names it was declared with.
    public let memory: [Tensor]
    /// The learning rate, a scalar.
    public let rate: Tensor
    /// The number of this step, a scalar that counts from 1; 0 in a rule that does not count.
    public let number: Tensor
    /// The path of the parameter.
    public let path: String
  }

  /// What a rule answers.
  public struct Outcome: Sendable {
    /// The parameter after the step.
    public let parameter: Tensor
    /// What it keeps until the next step.
    public let memory: [Tensor]

    /// The parameter after the step, and what the rule keeps: as many tensors as it was declared with, in that order.
    public init(parameter: Tensor, memory: [Tensor] = []) {
      self.parameter = parameter
      self.memory = memory
    }
  }

  /// The name, a part of the paths of what it keeps.
  public let name: String
  /// The learning rate a fresh state starts with.
  public let learningRate: Double
  let memory: [String]
  let countsSteps: Bool
  var rule: @Sendable (Step) -> Outcome
  /// What is done to the gradients of all parameters before the rule sees them, in this order.
  var changes: [@Sendable ([Tensor]) -> [Tensor]] = []
  var schedule: LearningRateSchedule?
  /// How many runs the gradients of one step are the mean of.
  var runs = 1
  /// Paths that settings name, each with what they are for: all must fit a parameter.
  var namedPaths: [(paths: ParameterPaths, use: String)] = []
  /// A setting outside its range, as a phrase.
  var fault: String?

  /// A rule of one's own.
  ///
  /// - Parameters:
  ///   - memory: the names of the tensors it keeps for each parameter; they start as zeros.
  ///   - countsSteps: whether it needs the number of the step.
  ///   - rule: builds the graph of one step of one parameter.
  public init(
    _ name: String, learningRate: Double, memory: [String] = [], countsSteps: Bool = false,
    rule: @escaping @Sendable (Step) -> Outcome
  ) {
    self.init(name, learningRate: learningRate, memory, countsSteps, factors: [], rule)
  }

  /// - Parameter factors: settings that must be at least 0 and below 1.
  init(
    _ name: String, learningRate: Double, _ memory: [String], _ countsSteps: Bool,
    factors: [(name: String, value: Double)], _ rule: @escaping @Sendable (Step) -> Outcome
  ) {
    self.name = name
    self.learningRate = learningRate
    self.memory = memory
    self.countsSteps = countsSteps
    self.rule = rule
    if !(learningRate >= 0 && learningRate.isFinite) {
      fault = "the learning rate of \(name) is \(learningRate), which is not a number of 0 or more"
    } else {
      fault = factors.first { !(0..<1).contains($0.value) }.map {
        "\($0.name) of \(name) is \($0.value), which is not at least 0 and below 1"
      }
    }
  }
}
