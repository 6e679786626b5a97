import Tapestry

/// Every public type, at least once.
struct Surface {
  static func check(_ checks: inout Checks) throws(TapestryError) {
    try checkValues(&checks)
    try checkErrors(&checks)
    try checkGraphs(&checks)
    try checkPrograms(&checks)
    try checkData(&checks)
    try checkTerminal(&checks)
    try checkLearning(&checks)
    try checkModels(&checks)
    try checkPictures(&checks)
    try checkInspection(&checks)
  }

  private static func checkValues(_ checks: inout Checks) throws(TapestryError) {
    let shape: Shape = [2, 3]
    let type = TensorType(DType.float32, shape)
    let array = try NDArray([1, 2, 3, 4, 5, 6] as [Float], shape: shape)
    checks.expect(array.type == type && "\(type)" == "float32[2, 3]", "types of arrays")
    checks.expect(total(try array.values(as: Float.self)) == 21, "values of arrays")
    checks.expect(RandomStream(seed: 1, name: "a").permutation(of: 9).sorted() == Array(0..<9), "random streams")
  }

  /// Generic over the types of elements.
  private static func total<Element: ArrayElement>(_ values: [Element]) -> Double {
    values.reduce(0) { $0 + $1.asDouble }
  }

  private static func checkErrors(_ checks: inout Checks) throws(TapestryError) {
    let place: SourcePlace? = TapestryError(.usage, "message", remedy: "remedy").place
    checks.expect(place == nil && TapestryError.Code("own").name == "own", "errors of one's own")
    let graph = Graph()
    let scope = graph.scope("wrong")
    _ = scope.parameter("a", [2], .zeros) + scope.parameter("b", [3], .ones)
    checks.expectError(.invalidGraph, "shapes that do not broadcast") { () throws(TapestryError) in try graph.validate()
    }
    checks.expect(graph.diagnostics.first?.place != nil, "a diagnostic has a place")
  }

  private static func checkGraphs(_ checks: inout Checks) throws(TapestryError) {
    let graph = Graph()
    let x = graph.input("x", [1, 6, 6, 2])
    let filter = graph.scope("conv").parameter("filter", [3, 3, 2, 4], .heNormal)
    let y = maxPool(convolution(x, filter, padding: WindowPadding.same), window: [2, 2])
    checks.expect(y.shape == [1, 3, 3, 4], "windows: \(y.shape)")
    let z: some TensorScalar = 2
    let shaped = gelu(y * z, form: GeluForm.tanh)
    let costs = sigmoidCrossEntropy(shaped, shaped, reduction: LossReduction.none)
    checks.expect(costs.shape == y.shape, "losses by element")
    let slope = gradients(of: sum(costs), in: [filter, x * 1], disconnected: DisconnectedTarget.zeros)
    checks.expect(slope[0].type == filter.type && !slope[1].isPoisoned, "gradients")
    try graph.validate()
    checks.expect(ScalarOp.add.arity == 2 && Differentiability.zero != .missing, "words for ops")
    checks.expect(Softsign.samples[0].operands[0].type.shape == [3, 4], "samples of ops")
    let values: ScanValues = scan(over: [graph.constant(NDArray([1.0, 2]))], from: []) { (step: ScanStep) in
      ([], [step.inputs[0] + cast(step.index, to: .float64)])
    }
    checks.expect(values.outputs[0].shape == [2], "scans")
  }

  private static func checkPrograms(_ checks: inout Checks) throws(TapestryError) {
    let x = Input("x", [nil])
    let plain = Optimizer("plain", learningRate: 0.1) { (step: Optimizer.Step) in
      Optimizer.Outcome(parameter: step.parameter - step.rate * step.gradient)
    }
    let program = Program.traced { (t: Tracing) in
      let start = Initializer("start") { type, _ in NDArray(repeating: 2, type.shape, type.dtype) }
      let scope: Scope = t.scope("line")
      let cost = mean(square(t[x] * scope.parameter("slope", [], start) - t[x]))
      t.report(Output("cost"), cost)
      if t.mode == TracingMode.training { t.minimize(cost, with: plain) }
    }
    var state: ModelState = try program.initialState()
    let feeds: Feeds = [x: NDArray([1, 2, 3] as [Float])]
    let results: Results = try program.run(&state, feeds)
    checks.expect(try results.scalar(Output("cost")) > 4, "the cost is reported")
    checks.expect((state["line/slope"]?.doubles[0] ?? 2) < 2, "an optimizer of one's own")
    let report: ProgramReport = try program.report
    let passes: [ProgramReport.Pass] = report.passes
    let alive: [ProgramReport.LiveValue] = report.aliveAtPeak
    checks.expect(!passes.isEmpty && alive.allSatisfy { $0.byteCount > 0 } && report.arenaBytes > 0, "reports")
    checks.expectError(.invalidFeed, "a feed that is missing") { () throws(TapestryError) in
      _ = try program.evaluate(state, [:])
    }
    checks.expectError(.unknownOutput, "an output nobody reports") { () throws(TapestryError) in
      _ = try results.array(Output("costs"))
    }
  }

  private static func checkData(_ checks: inout Checks) throws(TapestryError) {
    let digits: Digits = Digits.load()
    let images: LabelledImages = digits.heldOut
    checks.expect(images.rowCount == 360, "the digits")
    let batches: Batches<LabelledImages> = images.batches(of: 100, seed: 1)
    checks.expect(batches.map(\.rowCount) == [100, 100, 100, 60], "batches")
    let table = try CSVTable(text: "a,b\n1,2\n3,4\n")
    let set = try DataSet([("a", try table.column("a", as: .int32))])
    let column = try set["a"]
    checks.expect(rows(of: set) == 2 && column.doubles == [1, 3], "tables and data sets")
  }

  private static func rows(of rows: some DataRows) -> Int { rows.rowCount }

  private static func checkTerminal(_ checks: inout Checks) throws(TapestryError) {
    var syntax = CommandSyntax("consumer", "Checks things.")
    let count: Argument<Int> = syntax.option("--count", "N", default: 3, in: 1...9, help: "how many")
    switch try syntax.read(["--count", "5"]) as CommandSyntax.Reading {
    case .values(let values): checks.expect(read(count, from: values) == 5, "arguments")
    case .help: checks.expect(false, "no help was asked for")
    }
    let menu = CommandMenu("consumer", "Checks things.", commands: [("all", "checks all")])
    let choice: CommandMenu.Choice = try menu.choose(["all", "--quick"])
    checks.expect("\(choice)".contains("--quick"), "menus: \(choice)")
    let column = TextTable.Column.right("n")
    var table = TextTable([.left("name"), column])
    table.add("a", 1)
    checks.expect(table.lines.count >= 2, "tables")
    let progress = ProgressLine("checking", total: 1)
    progress.advance()
    progress.finish()
    let story = Notebook("consumer", "Shows the options of a notebook.", epochs: 2, quickEpochs: 1)
    let options: NotebookOptions = story.options
    checks.expect(story.cell("A cell") { options.epochs } >= 1, "notebooks")
  }

  private static func read<Value: ArgumentValue>(_ argument: Argument<Value>, from values: ArgumentValues) -> Value {
    values[argument]
  }
}
