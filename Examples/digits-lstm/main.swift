import Tapestry

// Recurrent layers read an image row by row, wait, and say what it was. Gates that are open let them remember.
//
//     swift run -c release digits-lstm

let notebook = Notebook(
  "digits-lstm", "Compares a simple recurrent layer, an LSTM and a GRU on rows of digits.", epochs: 25, quickEpochs: 2,
  options: [.resume], sources: embeddedSources)
let options = notebook.options
let blanks = 48

let data = notebook.cell(
  "The task",
  """
  An image of 8 by 8 pixels is read as a sequence of eight rows. Then come \(blanks) blank rows, and only after the last \
  of them the layer is asked which digit it has seen. So it must carry what it knows through \(blanks) steps in which \
  nothing happens.
  """
) {
  let digits = ImageSets.digits
  func set(_ images: LabelledImages) throws -> DataSet {
    try DataSet([("rows", sequences(images.images, waiting: blanks)), ("labels", images.labels)])
  }
  let data = (training: try set(digits.training), heldOut: try set(digits.heldOut))
  notebook.show("sequences of shape \(try data.training["rows"].shape), \(data.heldOut.rowCount) held out")
  notebook.show(
    try ImageGrid(
      "Three digits as they are read, row by row from the top", data.training.selecting(rows: [0, 1, 2])["rows"],
      of: [8 + blanks, 8, 1], columns: 3))
  return data
}

let runs = notebook.cell(
  "Training",
  """
  The same number of units, the same rule, the same batches. The simple layer computes a new state from the old one at \
  every step: `h = tanh(x W + h U + b)`. An LSTM has a memory beside its state, and gates that say what is written, kept \
  and read; a GRU has one state, and a gate that chooses between the old one and a new.

  A gate helps only where it is open. With a bias of 0 it starts half open, and what it keeps through \(blanks) steps is a \
  half to the power of \(blanks): nothing. With a bias of 4 it keeps 0.982 of it at each step, and two fifths at the end.
  """
) {
  var losses = Plot("Loss in training", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
  var table = TextTable([.left("layer"), .right("parameters"), .right("loss"), .right("held-out accuracy")])
  var chart = BarChart("Accuracy on the images held out", of: Contestant.all.map(\.name))
  var results: [(layer: Contestant, program: Program, state: ModelState, accuracy: Double)] = []
  var columns: [(name: String, values: [Double])] = []
  for layer in Contestant.all {
    let program = trainingProgram(options.programs, layer.kind)
    let trainer = Trainer(program, loss: Model.loss, metrics: [.mean(Model.hits)]) { (batch: DataSet) in
      try [Model.rows: batch["rows"], Model.labels: batch["labels"]]
    }
    var state = try layer.start(of: program, seed: options.seed)
    let history = try notebook.fit(trainer, &state, data.training, as: layer.name)
    let measured = try trainer.evaluate(state, data.heldOut)
    let count = state.paths.filter { $0.hasPrefix(layer.kind.rawValue) && !$0.contains("optimizer") }
      .reduce(0) { $0 + (state[$1]?.count ?? 0) }
    losses.addLine(layer.name, y: try history["loss"])
    table.add(layer.name, count, decimal(try history["loss"].last ?? .nan, 4), decimal(measured["accuracy"] ?? .nan, 4))
    results.append((layer, program, state, measured["accuracy"] ?? .nan))
    columns.append((layer.name, try history["loss"]))
  }
  chart.add("", results.map(\.accuracy))
  notebook.show(losses)
  notebook.show(table)
  notebook.show(chart)
  notebook.foldSource(of: "Model.swift")
  let batch = data.training.selecting(rows: Array(0..<32))
  for kind in [RecurrentKind.simple, .lstm, .gru] {
    try notebook.writeStages(
      of: trainingProgram(options.programs, kind), for: [Model.rows: batch["rows"], Model.labels: batch["labels"]],
      prefix: kind.rawValue + "-")
  }
  try notebook.write("loss.csv", columns: columns)
  return results
}

notebook.cell(
  "Gradients through time",
  """
  How much the loss depends on each row, before training and after it: the norm of its gradient in the pixels of the \
  row. A gradient that goes back through a step is multiplied by that step's slope. A simple layer's slope is its matrix \
  times a factor below 1; that of a gate is what the gate lets through. Half open gates multiply by a half each, and \
  after a wait of \(blanks) steps nothing is left to learn from: the straight line down. Through gates that are open the \
  gradient passes almost as it is, and so it gets to the rows that hold the digit.
  """
) {
  let count = min(data.heldOut.rowCount, 128)
  let rows = data.heldOut.selecting(rows: Array(0..<count))
  let feeds: Feeds = try [Model.rows: rows["rows"], Model.labels: rows["labels"]]
  var table = TextTable([.left("layer"), .right("first row"), .right("last row"), .right("first / last")])
  let axis = PlotAxis("norm of the gradient", scale: .logarithmic)
  var (before, after) = (Plot("Before training", x: "step", y: axis), Plot("After training", x: "step", y: axis))
  for run in runs {
    let start = try run.layer.start(of: run.program, seed: options.seed)
    before.addLine(run.layer.name, y: try run.program.evaluate(start, feeds).array(Model.slopes).doubles)
    let slopes = try run.program.evaluate(run.state, feeds).array(Model.slopes).doubles
    after.addLine(run.layer.name, y: slopes)
    guard let first = slopes.first, let last = slopes.last else { continue }
    table.add(run.layer.name, scientific(first), scientific(last), scientific(first / last))
  }
  notebook.show(before)
  notebook.show(after)
  notebook.show(table)
}

notebook.cell("The result", "The share of the images held out that each layer names after the wait.") {
  for run in runs { notebook.show("test accuracy of the \(run.layer.name) \(decimal(run.accuracy, 4))") }
}

notebook.finish()
