import Foundation
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

/// What the layers remember from one batch to the next, which goes on where the first ended.
struct Memory {
  var hidden: NDArray?
  var cell: NDArray?

  /// What a batch feeds the program; without a memory the layers begin with zeros.
  func feeds(_ batch: TextWindows) -> Feeds {
    let zeros = NDArray(zeros: [Model.layers, batch.rowCount, Model.units])
    return [
      Model.characters: batch.inputs, Model.next: batch.targets, Model.hidden: hidden ?? zeros,
      Model.cell: cell ?? zeros,
    ]
  }

  /// Takes over what a run ended with.
  mutating func take(_ results: Results) throws {
    hidden = try results.array(Model.lastHidden)
    cell = try results.array(Model.lastCell)
  }
}

/// The mean loss of a character, in nats, over batches that continue each other.
func meanLoss(_ program: Program, _ state: ModelState, _ batches: Batches<TextWindows>) throws -> Double {
  var loss = 0.0
  var memory = Memory()
  for batch in batches {
    let results = try program.evaluate(state, memory.feeds(batch))
    loss += try results.scalar(Model.loss)
    try memory.take(results)
  }
  return loss / Double(batches.count)
}

/// The guides of this project; the reference of ops is left out, which is a list and no text.
///
/// - Throws: `usage` where they are not there, since the notebook runs in another folder.
func guides() throws -> [String] {
  let pages = (try? FileManager.default.contentsOfDirectory(atPath: "Docs")) ?? []
  guard !pages.isEmpty else {
    throw TapestryError(
      .usage, "the guides of the project are not in this folder",
      remedy: "run it in the folder of the project, or give a text of your own with `--text FILE`")
  }
  return ["README.md"] + pages.filter { $0.hasSuffix(".md") && $0 != "Ops.md" }.sorted().map { "Docs/" + $0 }
}
