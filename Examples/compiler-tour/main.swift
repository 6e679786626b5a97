import Tapestry

// One small model on its way from a function to a tape. Nothing on the page is written by hand: every number, rule and
// refusal is asked of the compiled program, so a rule that changes changes the page.
//
//     swift run -c release compiler-tour

let notebook = Notebook(
  "compiler-tour", "Follows one small model through every stage of the compiler.", epochs: 200, quickEpochs: 20,
  sources: embeddedSources)
let options = notebook.options

let x = Input("x", [nil, 16])
let y = Input("y", [nil, 4])
let loss = Output("loss")
let batch = 32
let feeds: Feeds = [
  x: NDArray([batch, 16], seed: options.seed), y: NDArray([batch, 4], seed: options.seed + 1),
]

let training = notebook.cell(
  "The model",
  """
  Two dense layers, gelu between them, a mean of squared errors, and one step of momentum. The function runs once, when \
  the shapes are known, and only builds a graph.

  A layer is a scope. The table counts, in the graph as it was traced, what each scope gives, how many numbers it trains \
  and how many operations it takes.
  """
) {
  let training = Program.traced(options.programs) { [x, y, loss] t in
    let hidden = gelu(dense(t[x], 32, in: t.scope("hidden")))
    let guess = dense(hidden, 4, in: t.scope("out"))
    let cost = meanSquaredError(guess, t[y])
    t.report(loss, cost)
    t.minimize(cost, with: .momentum(learningRate: 0.05))
  }
  notebook.show(try training.inspection(for: feeds).layerTable)
  return training
}

let inspection = notebook.cell(
  "The graph",
  """
  What the function left behind: a node for each operation, each with the shape of its value. The same expression is \
  held once, so common subexpressions are found before any pass runs. Frames are scopes; a parameter stands in the scope \
  that declares it.
  """
) {
  let inspection = try training.inspection(for: feeds)
  notebook.show(try inspection.figure(of: "graph", title: "the forward graph"))
  notebook.fold("the graph as text", try inspection.text(of: "graph"))
  let nodes = try inspection.difference(from: "graph", to: "gradient").nodeCounts
  notebook.show("\(nodes.from) nodes forward")
  return inspection
}

notebook.cell(
  "The gradient",
  """
  Walking back from the loss, each operation's own rule adds its part of the gradient to the graph, and the optimizer \
  adds its step. So the gradient is nothing special to what follows: it is simplified, fused and scheduled as the model \
  is. Blue is the model, orange its gradient, violet the update.
  """
) {
  let growth = try inspection.difference(from: "graph", to: "gradient")
  notebook.show(try inspection.figure(of: "gradient", title: "the whole trace"))
  notebook.show("\(growth.nodeCounts.from) nodes forward, \(growth.nodeCounts.to) with gradients and updates")
}

notebook.cell(
  "The passes",
  """
  Each pass is a function from graph to graph; most are tables of rules, equations read from left to right. A rule keeps \
  infinities and not-a-number where it cannot prove them absent.

  Below each pass is what changed in it: `~` a node that another replaced, `+` a new one, `-` one that is gone, and the \
  rules behind them.
  """
) {
  let report = try training.report
  var passes = TextTable([.left("pass"), .right("before"), .right("after"), .right("rule hits")])
  var rules: [String: Int] = [:]
  var order: [String] = []
  for pass in report.passes {
    passes.add(pass.name, pass.nodesBefore, pass.nodesAfter, pass.ruleHits)
    for hit in pass.hits {
      if rules[hit.rule] == nil { order.append(hit.rule) }
      rules[hit.rule, default: 0] += hit.count
    }
  }
  notebook.show(passes)
  var hits = TextTable([.left("rule"), .right("hits")])
  for rule in order { hits.add(rule, rules[rule] ?? 0) }
  notebook.show(hits)
  var before = "gradient"
  for pass in inspection.passes {
    let change = try inspection.difference(from: before, to: pass)
    if !change.changes.isEmpty { notebook.fold("what \(pass) changed", "\(change)") }
    before = pass
  }
}

notebook.cell(
  "The kernels",
  """
  Neighbours that run over the same elements become one kernel: what one makes, the next reads from a register. A \
  product takes what follows it as its epilogue. In the first drawing a kernel is a box; in the second it is a green frame around its operations.

  Where two neighbours stay apart there is a reason, and it can be asked for.
  """
) {
  var kernels = TextTable([.right("kernel"), .left("computes"), .right("nodes")])
  for kernel in inspection.kernels { kernels.add(kernel.number, kernel.label, kernel.nodeCount) }
  notebook.show(kernels)
  notebook.show(try inspection.figure(of: "fused", folded: true, title: "a box for each kernel"))
  notebook.show(try inspection.figure(of: "fused", title: "the kernels with what is in them"))
  var apart = TextTable([.left("made by"), .left("read by"), .left("apart because")])
  for refused in inspection.refusedFusions { apart.add(refused.producer, refused.consumer, refused.reason) }
  notebook.show(apart)
  notebook.fold("the kernels as text", try inspection.text(of: "fused"))
}

notebook.cell(
  "The schedule",
  """
  Kernels that do not need each other run in one wave, with one barrier behind it. Several orders are tried; the one \
  that needs least memory stays. A wave that `commits` writes parameters: by then nothing can fail any more.
  """
) {
  notebook.show(try inspection.text(of: "tape"))
  notebook.show(try inspection.figure(of: "tape", title: "the tape"))
}

notebook.cell(
  "The memory",
  """
  Every value has a place in one arena, planned before anything runs. Values that are not alive at the same time share a \
  place, and some are made where what they are made of lay. Waves go from left to right, bytes from the top down.
  """
) {
  notebook.show(Figure(svg: inspection.arenaSVG, title: "the arena over time"))
  notebook.show(inspection.peakText)
}

let profile = notebook.cell(
  "The time",
  """
  The tape is replayed on the machine at hand, each instruction measured alone: the least of \(options.epochs) steps. \
  These are the only numbers here that differ from run to run.
  """
) {
  let state = try training.initialState(seed: options.seed)
  let profile = try training.profile(state, feeds, steps: options.epochs)
  var table = TextTable([.right("instruction"), .right("ns"), .left("computes")])
  for (number, entry) in profile.entries.enumerated() { table.add(number, entry.nanoseconds, entry.label) }
  notebook.show(table)
  return profile
}

notebook.cell(
  "One node",
  """
  Provenance is kept from end to end. Any node can be followed from the line of the model over the rules that made it to \
  its kernel, its instruction and its place in memory. This is the loss.
  """
) { notebook.show("\(try inspection.explanation(of: "loss", profile: profile))") }

notebook.cell("The result", "The whole way in one line each.") {
  try notebook.writeStages(of: training, for: feeds)
  let findings = try training.lint(for: feeds)
  let nodes = try inspection.difference(from: "gradient", to: "optimized").nodeCounts
  notebook.show(findings.isEmpty ? "the lints found nothing" : findings.map(\.description).joined(separator: "\n"))
  notebook.show("nodes traced \(nodes.from)")
  notebook.show("nodes after the passes \(nodes.to)")
  notebook.show("kernels \(inspection.kernels.count)")
  notebook.show("bytes of arena \(inspection.arenaBytes) in \(inspection.waveCount) waves")
  notebook.show("training step \(decimal(Double(profile.stepNanoseconds) / 1000, 1)) microseconds")
}
notebook.finish()
