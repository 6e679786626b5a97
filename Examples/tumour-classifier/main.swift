import Tapestry

// Is a tumour benign? A small perceptron on thirty measurements of cell nuclei, and what optimizer and penalty change.
//
//     swift run -c release tumour-classifier

let notebook = Notebook(
  "tumour-classifier", "Tells benign from malignant tumours, and compares optimizers and penalties.", epochs: 30,
  quickEpochs: 8, options: [.resume], sources: embeddedSources)
let options = notebook.options

let data = notebook.cell(
  "The data",
  """
  Each row is an examination of a tumour: thirty measurements of the cell nuclei in it. They differ a million times in \
  size, and a network would hear only the largest. So each is brought to mean 0 and deviation 1, by the mean and the \
  deviation of the rows to train with alone: those held out must not be known before the test.
  """
) {
  let data = BreastCancer.load()
  notebook.show("\(data.training.rowCount) examinations to train with, \(data.heldOut.rowCount) held out")
  let scale = try Standardization(of: data.training["features"])
  var table = TextTable([.left("measurement"), .right("mean"), .right("deviation")])
  for place in [0, 3, 4, 9] {
    table.add(data.featureNames[place], decimal(scale.means[place], 4), decimal(scale.deviations[place], 4))
  }
  notebook.show(table)
  return (
    training: try data.training.standardizing("features", by: scale),
    heldOut: try data.heldOut.standardizing("features", by: scale), names: data.featureNames
  )
}

notebook.cell(
  "Two of thirty", "The two classes in two of the measurements, standardised. No line parts them; thirty do better."
) {
  let rows = try data.training["features"].doubles
  let benign = try data.training["benign"].doubles
  var plot = Plot("Radius and texture", x: "mean radius", y: "mean texture")
  for (name, label) in [("benign", 1.0), ("malignant", 0.0)] {
    let places = benign.indices.filter { benign[$0] == label }
    plot.addPoints(name, x: places.map { rows[$0 * 30] }, y: places.map { rows[$0 * 30 + 1] })
  }
  notebook.show(plot)
}

let decay = LearningRateSchedule.inverseTime(decay: 1e-2)
let optimizers: [(name: String, rule: Optimizer)] = [
  ("gradient descent", .sgd(learningRate: 0.05)),
  ("with decay", .sgd(learningRate: 0.05).scheduled(decay)),
  ("momentum", .momentum(learningRate: 0.05)),
  ("Nesterov", .nesterov(learningRate: 0.05)),
]

notebook.cell(
  "Optimizers",
  """
  The same network from the same start, by four rules. Gradient descent goes down the slope where it stands. With decay \
  its steps become shorter. Momentum keeps a part of the last step, and so gathers speed where slopes agree. Nesterov's \
  rule looks at the slope where that speed will carry it.
  """
) {
  var plot = Plot("Loss in training", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
  var table = TextTable([.left("rule"), .right("loss"), .right("held-out accuracy")])
  var columns: [(name: String, values: [Double])] = []
  for (name, rule) in optimizers {
    let (history, measured, _) = try train(name, trainingProgram(options.programs, with: rule))
    plot.addLine(name, y: try history["loss"])
    table.add(name, decimal(try history["loss"].last ?? .nan, 4), decimal(measured["accuracy"] ?? .nan, 4))
    columns.append((name, try history["loss"]))
  }
  notebook.show(plot)
  notebook.show(table)
  let batch = data.training.selecting(rows: Array(0..<32))
  try notebook.writeStages(
    of: trainingProgram(options.programs, with: .nesterov(learningRate: 0.05)),
    for: [Model.features: batch["features"], Model.benign: batch["benign"]])
  try notebook.write("loss.csv", columns: columns)
}

let final = notebook.cell(
  "Penalties",
  """
  A penalty makes large weights cost something. That of L1 pulls each weight towards 0 with the same force, however \
  small it is, and so sets many to almost nothing: measurements the network does without. That of L2 pulls in \
  proportion, and makes all smaller but few zero.
  """
) {
  var plot = Plot("Weights of the first layer", x: "size of a weight", y: "weights")
  var table = TextTable([.left("penalty"), .right("below 0.01"), .right("sum of sizes"), .right("held-out accuracy")])
  var last: (program: Program, state: ModelState)?
  for penalty in Penalty.allCases {
    let program = trainingProgram(options.programs, with: .nesterov(learningRate: 0.05), penalty: penalty)
    let (_, measured, state) = try train("penalty \(penalty.rawValue)", program)
    let weights = (state["mlp/layer0/weight"]?.doubles ?? []).map { abs($0) }
    plot.addHistogram(penalty.rawValue, of: weights, bins: 15, over: 0...0.75)
    table.add(
      penalty.rawValue, weights.count { $0 < 0.01 }, decimal(weights.reduce(0, +), 1),
      decimal(measured["accuracy"] ?? .nan, 4))
    last = (program, state)
  }
  notebook.show(table)
  notebook.show(plot)
  return last
}

notebook.cell(
  "The test",
  """
  Which mistake is worse? To call a malignant tumour benign is. Precision says how many of those called benign are; \
  recall, how many of the benign were found; F1 is their harmonic mean. The ROC curve moves the threshold from one end \
  to the other: the area under it is the probability that a benign tumour scores above a malignant one.
  """
) {
  guard let (program, state) = final else { return }
  let feeds: Feeds = try [Model.features: data.heldOut["features"], Model.benign: data.heldOut["benign"]]
  let out = try program.evaluate(state, feeds)
  let confusion = try out.array(Model.confusion)
  let counts = confusion.doubles
  let names = ["malignant", "benign"]
  notebook.show(
    HeatMap(
      "Examinations held out", [Array(counts[0..<2]), Array(counts[2..<4])], rows: names, columns: names,
      x: "predicted", y: "true"))
  let scores = try out.array(Model.scores).doubles
  let isBenign = try data.heldOut["benign"].doubles.map { $0 > 0.5 }
  let curve = ROCCurve(scores: scores, isOfClass: isBenign)
  var plot = Plot("ROC curve", x: PlotAxis("malignant called benign", range: 0...1), y: PlotAxis("benign found"))
  plot.addLine("network", x: curve.falseRates, y: curve.trueRates)
  plot.addLine("chance", x: [0, 1], y: [0, 1])
  notebook.show(plot)
  notebook.show("area under the curve \(decimal(areaUnderCurve(scores, isBenign), 4))")
  notebook.show("precision \(decimal(try precision(confusion)[0], 4))")
  notebook.show("recall \(decimal(try recall(confusion)[0], 4))")
  notebook.show("F1 \(decimal(try f1Score(confusion)[0], 4))")
}

/// Trains a program from the start of the seed, and measures it on the rows held out.
func train(
  _ name: String, _ program: Program
) throws -> (history: TrainingHistory, measured: [String: Double], state: ModelState) {
  let metrics: [Metric] = [.f1Score(Model.confusion, average: .micro, as: "accuracy")]
  let trainer = Trainer(program, loss: Model.loss, metrics: metrics) { (batch: DataSet) in
    try [Model.features: batch["features"], Model.benign: batch["benign"]]
  }
  var state = try program.initialState(seed: options.seed)
  let history = try notebook.fit(trainer, &state, data.training, as: name)
  return (history, try trainer.evaluate(state, data.heldOut), state)
}

notebook.finish()
