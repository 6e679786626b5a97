import Tapestry

/// What the models take and report.
nonisolated enum Model {
  static let rows = Input("rows", [nil, nil, 8])
  static let labels = Input("labels", [nil], .int32)
  static let loss = Output("loss")
  static let hits = Output("accuracy")
  static let slopes = Output("slopes")
  static let units = 48
}

/// A layer that takes part: its kind, and how far open the gate is at the start that keeps what is remembered.
nonisolated struct Contestant: Sendable {
  let name: String
  let kind: RecurrentKind
  /// The bias of the gate: the share of its memory a step keeps is at first `sigmoid` of it.
  var gateBias = 0.0

  static let all = [
    Contestant(name: "simple RNN", kind: .simple),
    Contestant(name: "LSTM, half open", kind: .lstm),
    Contestant(name: "LSTM, open", kind: .lstm, gateBias: 4),
    Contestant(name: "GRU, open", kind: .gru, gateBias: 4),
  ]

  /// The start values of a program of this layer. The gate that keeps is the second in the bias of both kinds.
  func start(of program: Program, seed: Int) throws -> ModelState {
    var state = try program.initialState(seed: seed)
    let path = "\(kind.rawValue)/recurrent/layer0/forward/bias"
    if kind != .simple, var bias = state[path] {
      for unit in 0..<Model.units { bias.setDouble(gateBias, at: Model.units + unit) }
      state[path] = bias
    }
    return state
  }
}

/// What an image becomes: its eight rows one after the other, and then some blank ones to wait through.
nonisolated func sequences(_ images: NDArray, waiting blanks: Int) throws -> NDArray {
  let steps = 8 + blanks
  let count = images.shape.extents[0]
  let pixels = images.doubles
  var values = [Float](repeating: 0, count: count * steps * 8)
  for image in 0..<count {
    for place in 0..<64 { values[image * steps * 8 + place] = Float(pixels[image * 64 + place]) }
  }
  return try NDArray(values, shape: [count, steps, 8])
}

/// One step of training of a recurrent classifier, and how much the loss depends on each row.
nonisolated func trainingProgram(_ options: ProgramOptions, _ kind: RecurrentKind) -> Program {
  Program.traced(options) { t in
    let rows = t[Model.rows]
    let logits = sequenceClassifier(rows, kind, units: Model.units, in: t.scope(kind.rawValue))
    let cost = softmaxCrossEntropy(logits, t[Model.labels])
    t.report(Model.loss, cost)
    t.report(Model.hits, accuracy(logits, t[Model.labels]))
    if t.mode == .evaluation {
      // The norm over images and pixels of the gradient in each row: [steps].
      t.report(Model.slopes, l2Norm(gradient(of: cost, in: rows), over: [0, 2]))
    }
    t.minimize(cost, with: .adam(learningRate: 2e-3).clippingNorm(to: 1))
  }
}
