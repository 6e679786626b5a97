import Tapestry

// A language model that reads a text character by character and learns to go on by itself.
//
//     swift run -c release char-lstm                                  (on the guides of this project)
//     swift run -c release char-lstm --data DIR --epochs 5            (on DIR/tinyshakespeare.txt)
//
// The model and the loop over a text are in Model.swift.

let notebook = Notebook(
  "char-lstm", "Trains a language model of two LSTM layers on a text, character by character.", epochs: 15,
  quickEpochs: 1,
  options: [
    NotebookOption("--text", "FILE", help: "a text in UTF-8 to learn from"),
    .data("a folder with tinyshakespeare.txt, to learn from that"), .resume,
  ], sources: embeddedSources)
let options = notebook.options

let text = notebook.cell(
  "The text",
  """
  A language model reads a text and says after each character how likely each other one is to come next. Text needs no \
  labels: what comes next stands there. The characters get numbers, and the last tenth of the text is held out.
  """
) {
  let given = options["--text"].map { [$0] } ?? options["--data"].map { [$0 + "/tinyshakespeare.txt"] }
  let corpus = try TextCorpus(paths: given ?? guides())
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
  would pay the logarithm of that number. After each epoch the model writes, and a checkpoint is written. Ctrl-C ends the \
  training after the step it is in, and `--resume` goes on from there with the same bits.

  All that goes from one step to the next stands in the state, what the layers remember and what the model wrote, too: a \
  program takes no notice of paths it does not know.
  """
) {
  var state = try training.initialState(seed: options.seed)
  let count = streams.training.count
  let measured = try notebook.train(
    &state, steps: options.epochs * count, savingEvery: count, notes: ["vocabulary": vocabulary.text]
  ) { state, step in
    let isFirst = step % count == 0
    var memory = Memory(
      hidden: isFirst ? nil : state["memory/hidden"], cell: isFirst ? nil : state["memory/cell"])
    let results = try training.run(&state, memory.feeds(streams.training[step % count]))
    let loss = try results.scalar(Model.loss)
    try memory.take(results)
    state["memory/hidden"] = memory.hidden
    state["memory/cell"] = memory.cell
    guard step % count == count - 1 else { return ["loss": loss] }
    let epoch = step / count + 1
    let sample = try vocabulary.encode(written(48, by: state, seed: epoch))
    state["written/\(epoch)"] = NDArray(sample.map { Int32($0) })
    return ["loss": loss, "validation": try meanLoss(training, state, streams.validation)]
  }
  let steps = measured["loss"] ?? []
  let losses = (0..<options.epochs).map { steps[$0 * count..<($0 + 1) * count].reduce(0, +) / Double(count) }
  let validation = measured["validation"] ?? []
  var table = TextTable([.right("epoch"), .right("training"), .right("validation"), .left("it writes")])
  for epoch in 1...options.epochs {
    let sample = try vocabulary.decode(state["written/\(epoch)"]?.values(as: Int32.self) ?? [])
    table.add(
      epoch, decimal(losses[epoch - 1], 3), decimal(validation[epoch - 1], 3),
      sample.split(separator: "\n").joined(separator: " "))
  }
  notebook.show(table)
  var plot = Plot("Loss", x: "epoch", y: "nats a character")
  plot.addLine("training", y: losses)
  plot.addLine("validation", y: validation)
  notebook.show(plot)
  try notebook.writeStages(of: training, for: Memory().feeds(streams.training[0]))
  try notebook.write("loss.csv", columns: [("training", losses), ("validation", validation)])
  notebook.show("the checkpoint is \(try notebook.path(of: "char-lstm.safetensors"))")
  return state
}

notebook.cell("What it learned", "The loss on the text held out, and what the model writes now.") {
  let loss = try meanLoss(training, trained, streams.validation)
  notebook.show("validation loss \(decimal(loss, 4)) nats a character\n")
  notebook.show(try written(options.isQuick ? 60 : 400, by: trained, seed: options.seed))
}

notebook.finish()
