import Tapestry

/// What the model takes and reports.
nonisolated enum Model {
  static let layers = 2
  static let units = 128

  static let characters = Input("characters", [nil, nil], .int32)
  static let next = Input("next", [nil, nil], .int32)
  static let hidden = Input("hidden", [layers, nil, units])
  static let cell = Input("cell", [layers, nil, units])

  static let loss = Output("loss")
  static let lastHidden = Output("last hidden")
  static let lastCell = Output("last cell")
}

/// Two layers of LSTM that see a character at each step and say how likely each character is to come next.
nonisolated func characterModel(
  _ characters: Tensor, of vocabulary: Int, from states: RecurrentStates?, in scope: Scope
) -> LanguageModelResult {
  recurrentLanguageModel(
    characters, vocabulary: vocabulary, embedding: 64, .lstm, units: Model.units, layers: Model.layers,
    initial: states, in: scope)
}

/// One step of training over a number of steps in all.
nonisolated func trainingProgram(vocabulary: Int, steps: Int, _ options: ProgramOptions) -> Program {
  Program.traced(options) { t in
    let states = RecurrentStates(hidden: t[Model.hidden], cell: t[Model.cell])
    let result = characterModel(t[Model.characters], of: vocabulary, from: states, in: t.scope("model"))
    let cost = softmaxCrossEntropy(result.logits, t[Model.next])
    t.report(Model.loss, cost)
    t.report(Model.lastHidden, result.states.hidden)
    if let cell = result.states.cell { t.report(Model.lastCell, cell) }
    let rates = LearningRateSchedule.cosine(steps: steps, floor: 0.02)
    t.minimize(cost, with: .adam(learningRate: 4e-3).clippingNorm(to: 1).scheduled(rates))
  }
}

/// Goes through batches that continue each other, and hands the states of one on to the next.
///
/// - Parameter run: runs the program on the feeds of a batch.
/// - Returns: the mean loss of a character, in nats.
func meanLoss(
  _ batches: Batches<TextWindows>, _ run: (Feeds) throws -> Results
) throws -> Double {
  var loss = 0.0
  var states: (hidden: NDArray, cell: NDArray)?
  for batch in batches {
    let zeros = NDArray(zeros: [Model.layers, batch.rowCount, Model.units])
    let results = try run([
      Model.characters: batch.inputs, Model.next: batch.targets, Model.hidden: states?.hidden ?? zeros,
      Model.cell: states?.cell ?? zeros,
    ])
    loss += try results.scalar(Model.loss)
    states = (try results.array(Model.lastHidden), try results.array(Model.lastCell))
  }
  return loss / Double(batches.count)
}
