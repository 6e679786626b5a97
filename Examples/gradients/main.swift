import Tapestry

// What a gradient is made of: reverse and forward mode, second order, rules of one's own, and what it is good for
// outside of networks.
//
//     swift run -c release gradients

let notebook = Notebook(
  "gradients", "Gradients of first and second order, a rule of one's own, and a pendulum fitted to observations.",
  epochs: 200, quickEpochs: 60, options: [.resume], sources: embeddedSources)
let options = notebook.options

notebook.cell(
  "Reverse and forward",
  """
  A gradient is more graph. The reverse mode walks the graph from the result back to the inputs and gives the slopes in \
  all inputs at once: its cost does not grow with how many there are. The forward mode asks how the results change along \
  one direction: its cost does not grow with how many results there are. For one loss of many parameters the reverse \
  mode is the one to take.

  Here both give the same eight slopes of `sum(tanh(W x))`. The forward mode needs eight walks, one for each direction.
  """
) {
  var table = TextTable([.left("mode"), .right("nodes"), .right("first slope"), .right("last slope")])
  let place: Feeds = [Modes.x: NDArray((0..<8).map { Double($0) / 8 })]
  for (name, program) in [("reverse", Modes.reverse(options.programs)), ("forward", Modes.forward(options.programs))] {
    let values = try program.evaluate(ModelState(), place).array(Modes.slopes).doubles
    table.add(name, try program.report.nodesOptimized, decimal(values[0], 12), decimal(values[7], 12))
  }
  notebook.show(table)
  notebook.foldSource(of: "Modes.swift")
}

notebook.cell(
  "Second order",
  """
  The gradient is graph, so it has a gradient, too. The product of the Hessian with a vector is the gradient of the \
  slope along the vector; two of them are the Hessian of a function of two numbers. Newton's rule divides the slope by \
  it, and so steps to the bottom of the parabola that fits where it stands. In a curved valley that takes a few steps; \
  along the slope it takes hundreds, to and fro between the walls.
  """
) {
  let program = Valley.program(options.programs)
  let newton = try Valley.path(program, steps: 7, byNewton: true)
  let descent = try Valley.path(program, steps: options.isQuick ? 40 : 200, byNewton: false)
  var plot = Plot("Ways down a valley", x: PlotAxis("x", range: -1.6...1.6), y: PlotAxis("y", range: -0.6...2))
  let grid = (0...50).map { row in
    (0...50).map { column in
      let (x, y) = (-1.6 + 3.2 * Double(column) / 50, -0.6 + 2.6 * Double(row) / 50)
      return (1 - x) * (1 - x) + 10 * (y - x * x) * (y - x * x)
    }
  }
  plot.addContours(of: grid, x: -1.6...1.6, y: -0.6...2, at: [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64])
  plot.addLine("along the slope", x: descent.map(\.x), y: descent.map(\.y))
  plot.addLine("Newton", x: newton.map(\.x), y: newton.map(\.y))
  notebook.show(plot)
  for (name, path) in [("Newton's rule", newton), ("gradient descent", descent)] {
    guard let end = path.last else { continue }
    notebook.show("\(name): (\(decimal(end.x, 4)), \(decimal(end.y, 4))) after \(path.count - 1) steps")
  }
  notebook.foldSource(of: "Valley.swift")
}

let worst = notebook.cell(
  "A rule of one's own, and how to check it",
  """
  An op that the library does not have is a type with a meaning, in plain Swift, and a rule for its gradient. \
  `SmoothClip` is one; it takes part in everything, here in a product and in a loop.

  A rule may be wrong. The check is to compare the gradient with what the function does when each input is moved a \
  little to both sides; in double precision they agree to about nine digits. The last line has a rule that is off by \
  one in a thousand, on purpose: the check sees it.
  """
) {
  let checks = [
    GradientCheck("sum(tanh(x))", options.programs) { sum(tanh($0)) },
    GradientCheck("logSumExp(x)", options.programs) { logSumExp($0) },
    GradientCheck("smoothClip in a product", options.programs) { sum(smoothClip($0 * 2) * $0) },
    GradientCheck("smoothClip in a loop", options.programs) { x in
      sum(scan(over: [], from: [x], length: 5) { step in ([smoothClip(step.carries[0] * 1.5) + x], []) }.carries[0])
    },
    GradientCheck("a wrong rule", options.programs) { sum(smoothClip($0, mistake: 1.001)) },
  ]
  var table = TextTable([.left("function"), .right("largest error"), .left("")])
  var worst = 0.0
  for check in checks {
    let error = try check.error(at: [0.4, -0.9, 1.3, 0.2])
    table.add(check.name, scientific(error, 1), error < 1e-7 ? "agrees" : "differs")
    if check.name != "a wrong rule" { worst = max(worst, error) }
  }
  notebook.show(table)
  notebook.foldSource(of: "SmoothClip.swift")
  return worst
}

let (length, friction) = notebook.cell(
  "A pendulum",
  """
  A model need not be a network. A pendulum of unknown length and friction is let go, and its angle is observed twenty \
  times a second, with some noise. The equation of motion is integrated by the rule of Runge and Kutta, as a loop of \
  the graph; the gradient of the error goes back through all its steps to the two parameters, and Adam turns them until \
  the swing fits.
  """
) {
  let program = Pendulum.fitting(options.programs)
  let steps = 80
  let blank: Feeds = [Pendulum.observed: NDArray(zeros: [steps], .float64)]
  var state = try program.initialState(seed: options.seed, feeds: blank)
  var truth = state
  truth["pendulum/length"] = NDArray(1.2)
  truth["pendulum/friction"] = NDArray(0.25)
  let noise = RandomStream(seed: options.seed, name: "noise")
  let exact = try program.evaluate(truth, blank).array(Pendulum.angles).doubles
  let observed = exact.enumerated().map { $1 + 0.1 * (noise.uniform(at: $0) - 0.5) }
  let feeds: Feeds = [Pendulum.observed: NDArray(observed)]
  let before = try program.evaluate(state, feeds).array(Pendulum.angles).doubles
  let measured = try notebook.train(&state, steps: options.epochs, as: "fitting") { state, _ in
    ["loss": try program.run(&state, feeds).scalar(Pendulum.loss)]
  }
  let losses = measured["loss"] ?? []
  let times = (1...steps).map { Double($0) * Pendulum.step }
  var plot = Plot("Angle", x: "seconds", y: "radians")
  plot.addPoints("observed", x: times, y: observed)
  plot.addLine("before the fit", x: times, y: before)
  plot.addLine("after the fit", x: times, y: try program.evaluate(state, feeds).array(Pendulum.angles).doubles)
  notebook.show(plot)
  var loss = Plot("Error", x: "step", y: PlotAxis("mean square", scale: .logarithmic))
  loss.addLine(y: losses)
  notebook.show(loss)
  try notebook.writeStages(of: program, for: feeds)
  try notebook.write("loss.csv", columns: [("loss", losses)])
  notebook.foldSource(of: "Pendulum.swift")
  return (state["pendulum/length"]?.double(at: 0) ?? .nan, state["pendulum/friction"]?.double(at: 0) ?? .nan)
}

notebook.cell("The result", "The observations were made with a length of 1.2 and a friction of 0.25.") {
  notebook.show("largest error of a gradient \(scientific(worst, 1))")
  notebook.show("length \(decimal(length, 4)) m")
  notebook.show("friction \(decimal(friction, 4)) per second")
}

notebook.finish()
