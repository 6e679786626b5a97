import Tapestry

// Five rules that turn gradients into steps: on landscapes one can draw, and on digits.
//
//     swift run -c release optimizers
//
// The landscapes are in Surfaces.swift, the trainings in Race.swift.

let notebook = Notebook(
  "optimizers", "Gradient descent, momentum, Nesterov, RMSprop and Adam, on landscapes and on digits.", epochs: 20,
  quickEpochs: 3, options: [.resume], sources: embeddedSources)
let options = notebook.options
let steps = 120

/// Shows the walks down a surface: their paths over its lines of equal height, and how soon each is low.
func show(_ surface: Surface, below bound: Double, _ runners: [Runner]) throws {
  var paths = Plot(
    "Paths down the \(surface.name)", x: PlotAxis("x", range: surface.x), y: PlotAxis("y", range: surface.y))
  paths.addContours(of: try surface.grid(), x: surface.x, y: surface.y, at: surface.levels)
  var heights = Plot("Height above the lowest place", x: "step", y: PlotAxis("height", scale: .logarithmic))
  var table = TextTable([.left("optimizer"), .right("height after \(steps) steps"), .right("steps to below \(bound)")])
  for runner in runners {
    let walk = try Walk(down: surface, with: runner.optimizer, steps: steps)
    paths.addLine(runner.name, x: walk.x, y: walk.y)
    heights.addLine(runner.name, y: walk.heights.map { max($0, 1e-8) })
    table.add(runner.name, decimal(walk.heights.last ?? .nan, 6), walk.steps(to: bound).map(String.init) ?? "never")
  }
  notebook.show(paths)
  notebook.show(heights)
  notebook.show(table)
}

notebook.cell(
  "The step",
  "A gradient says in which direction a loss rises. Gradient descent goes the other way, by a distance proportional to "
    + "the slope: `x = x - rate * gradient`. The rate is the one number that must be right. On a bowl of curvature c the "
    + "distance to the lowest place is multiplied by 1 - rate * c in each step: a small rate creeps, 1 / c arrives at once, "
    + "and beyond 2 / c each step leads further away. The valley below has curvature 2 across, so its limit is 1."
) {
  var plot = Plot("Gradient descent in the valley", x: "step", y: PlotAxis("height", scale: .logarithmic))
  for rate in [0.05, 0.5, 0.95, 1.02] {
    let walk = try Walk(down: .valley, with: .sgd(learningRate: rate), steps: 60)
    plot.addLine("rate \(rate)", y: walk.heights)
  }
  notebook.show(plot)
}

notebook.cell(
  "A valley",
  "The curvature across is twenty times that along, as is common in networks. The rate must suit the steepest direction, "
    + "so along the valley gradient descent is slow. Momentum keeps a moving sum of gradients, the velocity: what changes "
    + "its sign from step to step cancels, what stays adds up. Nesterov takes the gradient a step ahead, which damps the "
    + "swinging. RMSprop divides each direction by the size of its recent gradients, so steep and flat directions move "
    + "alike. Adam does both, and corrects for having started at zero."
) {
  try show(
    .valley, below: 0.01,
    [
      Runner("gradient descent", .sgd(learningRate: 0.4)), Runner("momentum", .momentum(learningRate: 0.1)),
      Runner("Nesterov", .nesterov(learningRate: 0.1)), Runner("RMSprop", .rmsProp(learningRate: 0.15)),
      Runner("Adam", .adam(learningRate: 0.6)),
    ])
}

notebook.cell(
  "A banana",
  "Rosenbrock's function: a curved valley whose floor falls slowly towards (1, 1). No direction is steep everywhere, so no "
    + "fixed scaling of the axes helps. Velocity that was right before the bend is wrong after it."
) {
  try show(
    .banana, below: 0.05,
    [
      Runner("gradient descent", .sgd(learningRate: 0.004)), Runner("momentum", .momentum(learningRate: 0.002)),
      Runner("Nesterov", .nesterov(learningRate: 0.002)), Runner("RMSprop", .rmsProp(learningRate: 0.05)),
      Runner("Adam", .adam(learningRate: 0.2)),
    ])
}

notebook.cell(
  "A saddle",
  "High-dimensional losses have many places where the slope is almost zero and which are no minima. The walk starts 0.01 "
    + "beside such a ridge. Gradient descent leaves it by a factor of 1 + rate a step. RMSprop and Adam divide by the "
    + "size of the gradient, so a small slope is no reason for a small step."
) {
  try show(
    .saddle, below: 0.01,
    [
      Runner("gradient descent", .sgd(learningRate: 0.1)), Runner("momentum", .momentum(learningRate: 0.05)),
      Runner("Nesterov", .nesterov(learningRate: 0.05)), Runner("RMSprop", .rmsProp(learningRate: 0.03)),
      Runner("Adam", .adam(learningRate: 0.1)),
    ])
}

let race = Race()

let winner = notebook.cell(
  "Digits",
  "The same rules move the 2,410 parameters of a small classifier. All start at the same parameters and see the same "
    + "batches. The gradient of a batch is a noisy one: what counts is how soon the training loss falls, and what "
    + "is right on digits not seen."
) {
  var plot = Plot("Training loss", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
  let runners = [
    Runner("gradient descent", .sgd(learningRate: 0.1)), Runner("momentum", .momentum(learningRate: 0.02)),
    Runner("Nesterov", .nesterov(learningRate: 0.02)), Runner("RMSprop", .rmsProp(learningRate: 0.002)),
    Runner("Adam", .adam(learningRate: 0.003)),
  ]
  var accuracies: [Double] = []
  var columns: [(name: String, values: [Double])] = []
  var table = TextTable([.left("optimizer"), .right("training loss"), .right("test accuracy")])
  for runner in runners {
    let (history, accuracy) = try race.run(runner.name, runner.optimizer, notebook)
    let losses = try history["loss"]
    plot.addLine(runner.name, y: losses)
    table.add(runner.name, decimal(losses.last ?? .nan, 4), decimal(accuracy, 4))
    accuracies.append(accuracy)
    columns.append((runner.name, losses))
  }
  notebook.show(plot)
  notebook.show(table)
  let batch = race.digits.training.selecting(rows: Array(0..<race.batchSize))
  try notebook.writeStages(
    of: race.program(.adam(learningRate: 0.003), options.programs),
    for: [race.images: batch.images, race.labels: batch.labels])
  try notebook.write("loss.csv", columns: columns)
  let best = accuracies.indices.max { accuracies[$0] < accuracies[$1] } ?? 0
  return (name: runners[best].name, accuracy: accuracies[best])
}

let scheduled = notebook.cell(
  "Schedules",
  "A large rate is good far away, a small one near the end, where noise keeps the parameters from settling. A schedule "
    + "multiplies the rate by a factor of the number of steps made. The factor is part of the graph and the count is part of "
    + "the state, so a training that is resumed goes on in its schedule. Warm-up makes the first steps small, while Adam's "
    + "moving averages know little. The rate drawn is measured: a parameter whose gradient is 1 moves by it."
) {
  let count = options.epochs * race.stepsInEpoch
  let schedules: [(name: String, schedule: LearningRateSchedule)] = [
    ("constant", .constant), ("steps", .steps(every: max(count / 4, 1), factor: 0.4)),
    ("exponential", .exponential(1 - 3 / Double(count))), ("cosine", .cosine(steps: count)),
    ("warm-up, cosine", .warmUp(steps: count / 10, then: .cosine(steps: count - count / 10))),
  ]
  var plot = Plot("Learning rate, as a part of the largest", x: "step", y: "factor")
  var losses = Plot("Training loss of Adam at a rate of 0.01", x: "epoch", y: PlotAxis("nats", scale: .logarithmic))
  var table = TextTable([.left("schedule"), .right("training loss"), .right("test accuracy")])
  var accuracies: [String: Double] = [:]
  for (name, schedule) in schedules {
    plot.addLine(name, y: try rates(of: schedule, steps: count))
    let (history, accuracy) = try race.run(
      "schedule: " + name, .adam(learningRate: 0.01).scheduled(schedule), notebook)
    losses.addLine(name, y: try history["loss"])
    table.add(name, decimal(try history["loss"].last ?? .nan, 5), decimal(accuracy, 4))
    accuracies[name] = accuracy
  }
  notebook.show(plot)
  notebook.show(losses)
  notebook.show(table)
  return accuracies["cosine"] ?? .nan
}

notebook.cell("The result", "Measured on \(race.digits.heldOut.rowCount) digits that no training has seen.") {
  notebook.show("best of five: \(winner.name), test accuracy \(decimal(winner.accuracy, 4))")
  notebook.show("Adam with cosine: test accuracy \(decimal(scheduled, 4))")
}

notebook.finish()
