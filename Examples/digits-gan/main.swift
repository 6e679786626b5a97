import Tapestry

// Two networks that learn from each other: one makes digits out of noise, the other tells them from real ones.
//
//     swift run -c release digits-gan
//
// The games are in Game.swift. A classifier of real digits judges what came out.

let notebook = Notebook(
  "digits-gan", "Trains generators of handwritten digits against a judge, in three games of one program each.",
  epochs: 400, quickEpochs: 24,
  options: [
    NotebookOption("--only", "GAME", help: "one game alone: dense, DCGAN or Wasserstein"), .resume,
  ], sources: embeddedSources)
let options = notebook.options
let batchSize = 64

let digits = notebook.cell(
  "The data", "Images of handwritten digits, 8 by 8 pixels. The labels are for the classifier alone."
) {
  let digits = Digits.load()
  notebook.show("\(digits.training.rowCount) images to train with, \(digits.heldOut.rowCount) held out")
  let first = digits.training.selecting(rows: Array(0..<20)).images
  notebook.show(try ImageGrid("Real digits", first, of: [8, 8, 1], columns: 10))
  return digits
}

let classifierState = notebook.cell(
  "The judge of the outcome",
  "A classifier trained on real digits. On digits it has not seen it shows how sure it is of real ones."
) {
  let program = classifierProgram(options.programs)
  var state = try program.initialState(seed: options.seed)
  let trainer = Trainer(program, loss: Model.loss) { (batch: LabelledImages) in
    [Model.images: batch.images, Model.labels: batch.labels]
  }
  _ = try notebook.fit(trainer, &state, digits.training, epochs: 30, as: "classifier")
  let out = try recognitionProgram(options.programs).evaluate(state, [Model.images: digits.heldOut.images])
  let real = Recognition(try out.array(Model.probabilities))
  let labels = digits.heldOut.labels.doubles
  let hits = real.classes.indices.count { Double(real.classes[$0]) == labels[$0] }
  notebook.show("accuracy on held-out digits \(decimal(Double(hits) / Double(labels.count), 4)): \(real.summary)")
  return state
}

let games = notebook.cell(
  "The program",
  """
  Both players take their step in one program. The generator runs once. Its images go to the judge behind a cut, so that \
  the judge's loss does not reach the generator; the judge's parameters take their step; and the same images go to the \
  updated judge for the generator's own loss. That the second pass meets the updated judge follows from the order of \
  writing.

  The dense and the convolutional game ask the judge for the probability of being real. The Wasserstein game asks a \
  critic for a number that is higher for real images, and adds a penalty: between real and made images its gradient is \
  to have the norm 1. The gradient of that penalty is a gradient of a gradient.
  """
) {
  let feeds: Feeds = [Model.images: digits.training.selecting(rows: Array(0..<batchSize)).images]
  let games = try Game.named(options["--only"])
  var table = TextTable([.left("game"), .right("nodes"), .right("instructions"), .right("waves"), .right("arena")])
  for game in games {
    let program = game.training(options.programs)
    var state = try program.initialState(seed: options.seed)
    _ = try program.run(&state, feeds)
    let report = try program.report
    table.add(game.rawValue, report.nodesTraced, report.instructions, report.waves, "\(report.arenaBytes) bytes")
    try notebook.writeStages(of: program, for: feeds, prefix: "\(game)-")
    if game == games.first {
      let inspection = try program.inspection(for: feeds)
      notebook.show(
        try inspection.figure(of: "fused", folded: true, title: "Both updates in one program, a box a kernel"))
    }
  }
  notebook.show(table)
  notebook.foldSource(of: "Game.swift")
  return games
}

var runs: [Run] = []
for game in games {
  let run = notebook.cell(
    "The game: \(game.rawValue)",
    "Adam on both sides, in batches of \(batchSize). Each row of samples is made of the same noise, later in training."
  ) {
    let run = try Run(game, digits.training, classifierState, in: notebook)
    var plot = Plot("Losses", x: "epoch", y: game == .wasserstein ? "score" : "nats")
    plot.addLine(game == .wasserstein ? "critic" : "discriminator", y: run.discriminatorLosses)
    plot.addLine("generator", y: run.generatorLosses)
    notebook.show(plot)
    let moments = run.moments.map(String.init).joined(separator: ", ")
    let grid = try ImageGrid("Samples after \(moments) epochs", run.samples, of: [8, 8, 1], columns: 10)
    notebook.show(grid)
    try notebook.write("\(game)-samples.png", grid.image(scale: 4))
    try notebook.write(
      "\(game)-loss.csv", columns: [("judge", run.discriminatorLosses), ("generator", run.generatorLosses)])
    return run
  }
  runs.append(run)
}

notebook.cell(
  "What they make",
  """
  A thousand images of each generator, by the class the classifier takes them for. A class counts as recognised where \
  one image in fifty or more is taken for it, with a mean confidence of 0.8.
  """
) {
  var table = TextTable([.left("game"), .right("epochs"), .right("classes"), .right("confidence")])
  var chart = BarChart("Images by class", of: (0..<10).map { "class \($0)" }, digits: 0)
  var summaries: [String] = []
  for run in runs {
    let (images, found) = try run.recognised()
    let counts = (0..<10).map { Double(found.members(of: $0).count) }
    chart.add(run.game.rawValue, counts)
    table.add(
      run.game.rawValue, run.game.epochs(of: options.epochs), found.recognised.count, decimal(found.confidence, 3))
    summaries.append("\(run.game.rawValue): \(found.summary)")
    let best = (0..<10).flatMap { Array(found.members(of: $0).prefix(4)) }
    let pixels = try images.values(as: Float.self)
    let chosen = best.flatMap { pixels[$0 * 64..<($0 + 1) * 64] }
    let grid = try ImageGrid(
      "By class: \(run.game.rawValue)", NDArray(chosen, shape: [best.count, 64]), of: [8, 8, 1], columns: 10,
      captions: best.map { String(found.classes[$0]) })
    notebook.show(grid)
  }
  notebook.show(chart)
  notebook.show(table)
  for summary in summaries { notebook.show(summary) }
}

notebook.finish()
