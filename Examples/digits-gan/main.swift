import Tapestry

// Two networks that learn from each other: one makes digits out of noise, the other tells them from real ones.
//
//     swift run -c release digits-gan
//
// The models and programs are in Model.swift. A classifier of real digits judges what came out.

let notebook = Notebook(
  "digits-gan", "Trains a generator of handwritten digits against a discriminator, in one program.", epochs: 400,
  quickEpochs: 60)
let options = notebook.options
let batchSize = 64

let digits = notebook.cell(
  "The data", "Images of handwritten digits, 8 by 8 pixels. The labels are for the classifier."
) {
  let digits = Digits.load()
  notebook.show("\(digits.training.rowCount) images to train with, \(digits.heldOut.rowCount) held out")
  return digits
}

let game = gameProgram()
let sampling = samplingProgram(1000)

let classifierState = notebook.cell(
  "The judge of the outcome",
  "A classifier trained on real digits. On digits it has not seen it shows how sure it is of real ones."
) {
  let program = classifierProgram()
  var state = try program.initialState(seed: options.seed)
  for epoch in 1...30 {
    for batch in digits.training.batches(of: 32, seed: options.seed, epoch: epoch) {
      _ = try program.run(&state, [Model.images: batch.images, Model.labels: batch.labels])
    }
  }
  let out = try recognitionProgram().evaluate(state, [Model.images: digits.heldOut.images])
  let real = Recognition(try out.array(Model.probabilities))
  let labels = digits.heldOut.labels.doubles
  let hits = real.classes.indices.count { Double(real.classes[$0]) == labels[$0] }
  notebook.show("accuracy on held-out digits \(decimal(Double(hits) / Double(labels.count), 4)): \(real.summary)")
  return state
}

notebook.cell(
  "The program",
  "Both players take their step in one program. The generator runs once; its images go to the discriminator behind a "
    + "cut, which the drawing shows, and after the discriminator's update once more for the generator's own loss."
) {
  var state = try game.initialState(seed: options.seed)
  let feeds: Feeds = [Model.images: digits.training.selecting(rows: Array(0..<batchSize)).images]
  _ = try game.run(&state, feeds)
  let report = try game.report
  notebook.show("\(report.nodesTraced) nodes traced, \(report.instructions) instructions in \(report.waves) waves")
  try notebook.write("game.dot", game.drawing(of: .traced, for: feeds, folded: true))
}

let state = notebook.cell(
  "Training",
  "Adam on both sides, in batches of \(batchSize). The classes are counted in 1000 images made of new noise: one counts "
    + "where one image in fifty or more is taken for it, with a mean confidence of 0.8. The first line is before training."
) {
  var state = try game.initialState(seed: options.seed)
  let columns: [TextTable.Column] = [
    .right("epoch"), .right("discriminator"), .right("generator"), .right("classes"), .right("confidence"),
  ]
  var table = TextTable(columns)
  table.add(try row(0, ["", ""], state))
  let line = ProgressLine("training", total: options.epochs, unit: "epochs")
  for epoch in 1...options.epochs {
    var (judged, made) = (0.0, 0.0)
    for batch in digits.training.batches(of: batchSize, seed: options.seed, epoch: epoch) {
      let out = try game.run(&state, [Model.images: batch.images])
      judged += try out.scalar(Model.discriminatorLoss) * Double(batch.rowCount)
      made += try out.scalar(Model.generatorLoss) * Double(batch.rowCount)
    }
    let losses = [judged, made].map { decimal($0 / Double(digits.training.rowCount), 3) }
    line.advance(metrics: "discriminator \(losses[0])  generator \(losses[1])")
    if epoch % max(options.epochs / 10, 1) == 0 { table.add(try row(epoch, losses, state)) }
  }
  line.finish()
  notebook.show(table)
  return state
}

notebook.cell("What it makes", "Images out of the generator, by the class the classifier takes them for.") {
  let (images, found) = try recognised(state)
  let present = (0..<10).filter { !found.members(of: $0).isEmpty }
  let rows = (0..<10).map { place in
    present.map { digit in
      let members = found.members(of: digit)
      return members[place % members.count]
    }
  }
  notebook.show(ImageGrid(images, rows: Array(rows.prefix(3))).text + "\n")
  try notebook.write("samples.pgm", ImageGrid(images, rows: rows).graymap)
  var table = TextTable([.right("class"), .right("images"), .right("confidence")])
  for digit in 0..<10 {
    table.add(digit, found.members(of: digit).count, decimal(found.confidence(of: digit), 3))
  }
  notebook.show(table)
  notebook.show("\n" + found.summary)
}

/// A line of the table of training.
func row(_ epoch: Int, _ losses: [String], _ state: ModelState) throws -> [String] {
  let found = try recognised(state).recognition
  return [String(epoch)] + losses + [String(found.recognised.count), decimal(found.confidence, 3)]
}

/// A thousand images of the generator, and what the classifier takes them for.
func recognised(_ state: ModelState) throws -> (images: NDArray, recognition: Recognition) {
  var both = state
  for path in classifierState.paths { both[path] = classifierState[path] }
  let out = try sampling.evaluate(both, [:])
  return (try out.array(Model.samples), Recognition(try out.array(Model.probabilities)))
}

notebook.finish()
