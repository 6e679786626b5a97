import Tapestry

// A convolutional classifier of images: what its first filters look for, and what it takes for something else.
//
//     swift run -c release digits-cnn
//     swift run -c release digits-cnn --data DIR --epochs 3     (on MNIST, Fashion-MNIST or CIFAR-10 in that folder)

let notebook = Notebook(
  "digits-cnn", "Trains a convolutional classifier and looks at its filters and its mistakes.", epochs: 15,
  quickEpochs: 2,
  options: [.data("a folder with the files of MNIST, Fashion-MNIST or CIFAR-10, to learn from those"), .resume],
  sources: embeddedSources)
let options = notebook.options

let sets = notebook.cell(
  "The data",
  """
  A convolution sees an image as a grid: height, width, channels. A dense layer would see a row of numbers, and would \
  have to learn each stroke anew at every place.
  """
) {
  let sets = try options["--data"].map(imageSets) ?? .digits
  let shape = sets.training.imageShape
  notebook.show("\(sets.training.rowCount) images of shape \(shape) to train with, \(sets.heldOut.rowCount) held out")
  return sets
}
let shape = sets.training.imageShape

let images = Input("images", [nil] + shape.extents)
let training = Program.traced(options.programs) { [images] t in
  let logits = classifier(t[images], in: t.scope("cnn"), mode: t.mode)
  let cost = softmaxCrossEntropy(logits, t[Model.labels])
  t.report(Model.loss, cost)
  t.report(Model.hits, accuracy(logits, t[Model.labels]))
  t.report(Model.logits, logits)
  t.minimize(cost, with: .adam(learningRate: 1e-3))
}

let start = notebook.cell(
  "The model",
  """
  Sixteen filters of 3 by 3 slide over the image, and each gives a map of where it finds what it looks for. The \
  greatest value of each 2 by 2 places is kept, and 32 filters look at the sixteen maps. Two dense layers decide. \
  Dropout leaves out a quarter of the hidden units in each step of training, so that none is relied upon.
  """
) {
  let state = try training.initialState(seed: options.seed)
  var table = TextTable([.left("parameter"), .right("shape"), .right("numbers")])
  var total = 0
  for path in state.paths where path.hasPrefix("cnn/") && !path.contains("optimizer") {
    guard let array = state[path], path.hasSuffix("filter") || path.hasSuffix("weight") || path.hasSuffix("bias")
    else { continue }
    table.add(path, "\(array.shape)", array.count)
    total += array.count
  }
  table.add("all", "", total)
  notebook.show(table)
  notebook.foldSource(of: "Model.swift")
  let batch = sets.training.selecting(rows: Array(0..<32))
  try notebook.writeStages(of: training, for: [images: batch.grids, Model.labels: batch.labels])
  return state
}

let trained = notebook.cell("Training", "Adam on batches of 32. The loss in training is measured with units left out.")
{
  let trainer = Trainer(training, loss: Model.loss, metrics: [.mean(Model.hits)]) { [images] (batch: LabelledImages) in
    [images: batch.grids, Model.labels: batch.labels]
  }
  var state = start
  let history = try notebook.fit(trainer, &state, sets.training, validation: sets.heldOut)
  notebook.show(try history.table(of: ["loss", "accuracy", "val_loss", "val_accuracy"]))
  var plot = Plot("Accuracy", x: "epoch", y: "share of images")
  plot.addLine("training", y: try history["accuracy"])
  plot.addLine("held out", y: try history["val_accuracy"])
  notebook.show(plot)
  try notebook.write("loss.csv", columns: [("training", history["loss"]), ("held out", history["val_loss"])])
  return state
}

notebook.cell(
  "What the filters look for",
  """
  Each of the sixteen filters of the first layer, bright where it wants ink and dark where it wants none. Many are \
  edges: bright on one side, dark on the other, in some direction. Nobody told them to be.
  """
) {
  guard let filter = trained["cnn/convolution0/filter"] else { return }
  let grid = try ImageGrid(
    "Filters of the first layer", imagesOfFilters(filter), of: Shape(Array(filter.shape.extents[0..<3])), columns: 8,
    range: nil)
  notebook.show(grid)
  try notebook.write("filters.png", grid.image(scale: 16))
}

let predictions = notebook.cell(
  "What it takes for what",
  "A row for each true class, a column for each class the model chose. What stands off the diagonal is a mistake."
) {
  var predicted: [Int32] = []
  for batch in sets.heldOut.batches(of: 256) {
    let out = try training.evaluate(trained, [images: batch.grids, Model.labels: batch.labels])
    let logits = try out.array(Model.logits).doubles
    for row in 0..<batch.rowCount {
      let scores = logits[row * 10..<row * 10 + 10]
      predicted.append(Int32((scores.firstIndex { $0 == scores.max() } ?? row * 10) - row * 10))
    }
  }
  let confusion = try confusionMatrix(NDArray(predicted), sets.heldOut.labels, classes: 10)
  let counts = confusion.doubles
  let rows = (0..<10).map { Array(counts[$0 * 10..<$0 * 10 + 10]) }
  notebook.show(HeatMap("Confusion of the images held out", rows, x: "predicted class", y: "true class"))
  return predicted
}

notebook.cell(
  "Its mistakes", "Images held out that it took for another class; below each the class it chose and the true one."
) {
  let labels = sets.heldOut.labels.doubles.map { Int($0) }
  let wrong = labels.indices.filter { Int(predictions[$0]) != labels[$0] }
  notebook.show("\(wrong.count) of \(labels.count) images are taken for another class")
  guard !wrong.isEmpty else { return }
  let shown = Array(wrong.prefix(24))
  let grid = try ImageGrid(
    "Wrong predictions", sets.heldOut.selecting(rows: shown).images, of: shape, columns: 8,
    captions: shown.map { "\(predictions[$0]), not \(labels[$0])" })
  notebook.show(grid)
  try notebook.write("mistakes.png", grid.image(scale: 8))
}

notebook.cell("The test", "Loss and accuracy on the images it has not seen, with all units in place.") {
  let trainer = Trainer(training, loss: Model.loss, metrics: [.mean(Model.hits)]) { [images] (batch: LabelledImages) in
    [images: batch.grids, Model.labels: batch.labels]
  }
  let measured = try trainer.evaluate(trained, sets.heldOut)
  notebook.show("test loss \(decimal(measured["loss"] ?? .nan, 4))")
  notebook.show("test accuracy \(decimal(measured["accuracy"] ?? .nan, 4))")
}

notebook.finish()
