import Tapestry

// A language model that reads a text character by character and learns to go on by itself.
//
//     swift run -c release char-lstm                                  (on the texts of this project)
//     swift run -c release char-lstm --data DIR --epochs 5            (on DIR/tinyshakespeare.txt)
//
// The model and the loop over a text are in Model.swift.

let notebook = Notebook(
  "char-lstm", "Trains a language model of two LSTM layers on a text, character by character.", epochs: 15,
  quickEpochs: 1,
  options: [
    NotebookOption("--text", "FILE", help: "a text in UTF-8 to learn from"),
    .data("a folder with tinyshakespeare.txt, to learn from that"), .resume,
  ])
let options = notebook.options

let text = notebook.cell(
  "The text",
  """
  A language model reads a text and says after each character how likely each other one is to come next. Text needs no \
  labels: what comes next stands there. The characters get numbers, and the last tenth of the text is held out.
  """
) {
  let given = options["--text"].map { [$0] } ?? options["--data"].map { [$0 + "/tinyshakespeare.txt"] }
  let corpus = try TextCorpus(paths: given ?? ["README.md", "Docs/Architecture.md"])
  notebook.show("\(corpus.count) characters, \(corpus.vocabulary.count) of them different")
  notebook.foldSource(of: "Model.swift")
  return corpus.split(holdingOutEnd: 0.1)
}
let vocabulary = text.training.vocabulary

let streams = notebook.cell(
  "The batches",
  "The text is cut into streams, one for each row of a batch, in windows of 50 steps. Each batch goes on where the one "
    + "before ended, so the model keeps its state from batch to batch. A short text has few streams, for more batches."
) {
  let rows = text.training.count < 250_000 ? 10 : 50
  let streams = (training: try text.training.streams(rows, of: 50), validation: try text.heldOut.streams(10, of: 50))
  notebook.show(
    "\(streams.training.count) batches of \(rows) streams an epoch, \(streams.validation.count) to validate")
  return streams
}

let training = trainingProgram(
  vocabulary: vocabulary.count, steps: options.epochs * streams.training.count, options.programs)
let sampler = TokenSampler(recurrent: { [count = vocabulary.count] t, characters, states in
  characterModel(characters, of: count, from: states, in: t.scope("model"))
})

/// Text the model writes after a line end.
func written(_ count: Int, by state: ModelState, seed: Int) throws -> String {
  let prompt = try vocabulary.encode("\n")
  return try vocabulary.decode(sampler.sample(count, after: prompt, from: state, temperature: 0.7, seed: seed))
}

let trained = notebook.cell(
  "Training",
  """
  Adam, with gradients clipped and a learning rate that falls along a cosine. Losses are means in nats a character: \
  training over the epoch while it was trained, validation after it. One that knew nothing but the number of characters \
  would pay the logarithm of that number. After each epoch the model writes, and its state goes into a checkpoint, from \
  which `--resume` goes on with the same bits. Ctrl-C ends the training after the step it is in; the checkpoint is then \
  that of the last whole epoch.
  """
) {
  var progress = try start()
  let line = ProgressLine("training", total: (options.epochs - progress.epoch) * streams.training.count, unit: "steps")
  var table = TextTable([.right("epoch"), .right("training"), .right("validation"), .left("it writes")])
  var losses: (training: [Double], validation: [Double]) = ([], [])
  let path = try notebook.path(of: "char-lstm.safetensors")
  try progress.write(to: path)
  while progress.epoch < options.epochs {
    let loss = try meanLoss(streams.training) { feeds in
      let results = try training.run(&progress.state, feeds)
      line.advance(metrics: "loss \(decimal(try results.scalar(Model.loss), 3))")
      notebook.endIfInterrupted(checkpoint: path)
      return results
    }
    progress.epoch += 1
    try progress.write(to: path)
    let sample = try written(48, by: progress.state, seed: progress.epoch).split(separator: "\n").joined(separator: " ")
    losses.training.append(loss)
    losses.validation.append(try validationLoss(of: progress.state))
    table.add(String(progress.epoch), decimal(loss, 3), decimal(losses.validation.last ?? .nan, 3), sample)
  }
  line.finish()
  notebook.show(table)
  var plot = Plot("Loss", x: "epoch", y: "nats a character")
  plot.addLine("training", y: losses.training)
  plot.addLine("validation", y: losses.validation)
  notebook.show(plot)
  try notebook.write("loss.csv", columns: [("training", losses.training), ("validation", losses.validation)])
  notebook.show("the checkpoint is \(path)")
  return progress.state
}

notebook.cell("What it learned", "The loss on the text held out, and what the model writes now.") {
  notebook.show("validation loss \(decimal(try validationLoss(of: trained), 4)) nats a character\n")
  notebook.show(try written(options.isQuick ? 60 : 400, by: trained, seed: options.seed))
}

func validationLoss(of state: ModelState) throws -> Double {
  try meanLoss(streams.validation) { try training.evaluate(state, $0) }
}

/// A fresh model, or the one of a checkpoint of the same text.
func start() throws -> Checkpoint {
  let notes = ["vocabulary": vocabulary.text, "epochs": String(options.epochs)]
  guard let path = options["--resume"] else {
    return Checkpoint(state: try training.initialState(seed: options.seed), epoch: 0, seed: options.seed, notes: notes)
  }
  let checkpoint = try Checkpoint(contentsOf: path)
  guard checkpoint.notes == notes else {
    throw TapestryError(
      .invalidState, "'\(path)' was trained on another text or for another number of epochs",
      remedy: "give the text and the epochs of that training: its epochs were \(checkpoint.notes["epochs"] ?? "none")")
  }
  return checkpoint
}

notebook.finish()
