import Tapestry

/// What the model takes and reports.
nonisolated enum Model {
  static let features = Input("features", [nil, 30])
  static let benign = Input("benign", [nil], .int32)
  static let loss = Output("loss")
  static let confusion = Output("confusion")
  static let scores = Output("scores")
  static let hidden = [10, 10]
}

/// What is added to the loss so that parameters stay small.
nonisolated enum Penalty: String, CaseIterable, Sendable {
  case none = "none"
  case l1 = "L1"
  case l2 = "L2"

  /// The price of a matrix of weights.
  func cost(of weights: [Tensor]) -> Tensor? {
    switch self {
    case .none: nil
    case .l1: l1Penalty(weights, factor: 2e-3)
    case .l2: l2Penalty(weights, factor: 2e-3)
    }
  }
}

/// One step of training of a perceptron 30-10-10-1 with a logit of the tumour being benign.
nonisolated func trainingProgram(
  _ options: ProgramOptions, with optimizer: Optimizer, penalty: Penalty = .none
) -> Program {
  Program.traced(options) { t in
    let scope = t.scope("mlp")
    let logits = squeeze(mlp(t[Model.features], widths: Model.hidden + [1], in: scope), axes: [1])
    let cost = sigmoidCrossEntropy(logits, cast(t[Model.benign], to: .float32))
    t.report(Model.loss, cost)
    t.report(Model.scores, logits)
    t.report(Model.confusion, confusionMatrix(cast(logits .> 0, to: .int32), t[Model.benign], classes: 2))
    // A parameter of the same path is the same parameter: this is the matrix the first layer uses.
    let weights = scope("layer0").parameter("weight", [30, Model.hidden[0]], .glorotUniform)
    t.minimize(penalty.cost(of: [weights]).map { cost + $0 } ?? cost, with: optimizer)
  }
}
