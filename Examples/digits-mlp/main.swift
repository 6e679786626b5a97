import Tapestry

// A classifier of handwritten digits, from a function that builds a graph to a model that has learned.
//
//     swift run -c release digits-mlp
//     swift run -c release digits-mlp --data DIR --epochs 5          (on MNIST or Fashion-MNIST in that folder)
//
// The model is `classifier` in Model.swift. Everything else shows what becomes of it.

let notebook = Notebook(
  "digits-mlp", "Trains a classifier of handwritten digits and shows what the compiler makes of it.", epochs: 40,
  quickEpochs: 3,
  options: [.data("a folder with the files of MNIST or Fashion-MNIST, to learn from those"), .resume],
  sources: embeddedSources)
let options = notebook.options
let batchSize = 32

let digits = notebook.cell(
  "The data",
  options["--data"] == nil
    ? "Images of handwritten digits, 8 by 8 pixels of 17 shades. A fifth is held out, spread over the whole set, since "
      + "its end was written by other people than its beginning."
    : "Images of 28 by 28 pixels of 256 shades, in ten classes."
) {
  let digits = try options["--data"].map { folder in try ImageSets.mnist(folder: folder) } ?? .digits
  notebook.show("\(digits.training.rowCount) images to train with, \(digits.heldOut.rowCount) held out")
  let first = digits.training.selecting(rows: Array(0..<20))
  notebook.show(
    try ImageGrid(
      "The first images and their labels", first.images, of: digits.training.imageShape, columns: 10,
      captions: first.labels.doubles.map { decimal($0, 0) }))
  return digits
}

let images = Input("images", [nil, digits.training.imageShape.count])
let training = Program.traced(options.programs) { [images] t in
  let logits = classifier(t[images], in: t.scope("mlp"))
  let cost = softmaxCrossEntropy(logits, t[Model.labels])
  t.report(Model.loss, cost)
  t.report(Model.hits, accuracy(logits, t[Model.labels]))
  t.minimize(cost, with: .adam(learningRate: 1e-3))
}

notebook.cell(
  "The program",
  """
  One step of training is one graph: the model, the gradients of its loss, and the steps of the optimizer. Nothing runs \
  while the function above is called; it only records what is to be computed.

  The compiler simplifies the graph, cuts it into kernels, orders them and gives each value a place in memory. An \
  elementwise chain becomes one kernel that keeps its numbers in registers; a product takes what follows it as its \
  epilogue, and so does the step of Adam: each parameter is read and written once a step. The arena is smaller than \
  all values together, since a value's place is given to another one after its last use.
  """
) {
  var state = try training.initialState(seed: options.seed)
  let batch = digits.training.selecting(rows: Array(0..<min(batchSize, digits.training.rowCount)))
  let feeds: Feeds = [images: batch.images, Model.labels: batch.labels]
  _ = try training.run(&state, feeds)
  let report = try training.report
  var table = TextTable([.left("stage"), .right("size")])
  table.add("graph as traced", "\(report.nodesTraced) nodes")
  table.add("graph optimized", "\(report.nodesOptimized) nodes")
  table.add("instructions", "\(report.instructions) in \(report.waves) waves")
  table.add("arena", "\(report.arenaBytes) bytes")
  table.add("all values", "\(report.valueBytes) bytes")
  table.add("state", "\(report.stateBytes) bytes")
  notebook.show(table)
  notebook.foldSource(of: "Model.swift")
  let inspection = try training.inspection(for: feeds)
  notebook.show(inspection.layerTable)
  notebook.show(Figure(svg: try inspection.svg(of: "graph", folded: true), title: "The forward graph"))
  notebook.show(Figure(svg: try inspection.svg(of: "fused", folded: true), title: "The kernels of a whole step"))
  notebook.fold("The instructions by wave", try inspection.text(of: "tape"))
  try notebook.writeStages(of: training, for: feeds)
}

let trained = notebook.cell(
  "Training",
  """
  Adam on batches of \(batchSize), in another order each epoch; loss and accuracy are means over the rows. The images \
  held out are measured after each epoch, but nothing is chosen by them. Ctrl-C ends the training after the step it is \
  in; `--resume` goes on from there with the bits it would have had.
  """
) {
  let trainer = Trainer(training, loss: Model.loss, metrics: [.mean(Model.hits)]) { [images] (batch: LabelledImages) in
    [images: batch.images, Model.labels: batch.labels]
  }
  var state = try training.initialState(seed: options.seed)
  let history = try notebook.fit(
    trainer, &state, digits.training, validation: digits.heldOut, batchSize: batchSize)
  notebook.show(try history.table(of: ["loss", "accuracy", "val_loss", "val_accuracy"]))
  var losses = Plot("Loss", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
  losses.addLine("training", y: try history["loss"])
  losses.addLine("held out", y: try history["val_loss"])
  notebook.show(losses)
  try notebook.write("loss.csv", columns: [("training", history["loss"]), ("held out", history["val_loss"])])
  return state
}

notebook.cell("The test", "The same program, evaluated on the images it has not seen: an evaluation changes no state.")
{
  let test = digits.heldOut
  let out = try training.evaluate(trained, [images: test.images, Model.labels: test.labels])
  notebook.show("test loss \(decimal(try out.scalar(Model.loss), 4))")
  notebook.show("test accuracy \(decimal(try out.scalar(Model.hits), 4))")
}

notebook.finish()
