import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// The same program gives the same bits for any number of threads.
@Suite struct SameBitsTests {
  /// Products, reductions of every layout, gathers and scatters, elementwise work: large enough to be shared.
  static func graph(rows: Int = 192, width: Int = 96) -> Graph {
    let graph = Graph()
    let scope = graph.scope("model")
    let x = graph.input("x", [rows, width])
    let ids = graph.input("ids", [rows], .int32)
    let w = scope.parameter("w", [width, width], .zeros)
    let table = scope.parameter("table", [8, width], .zeros)
    let gain = scope.parameter("gain", [width], .zeros)
    let h = dot(x, w) + gather(table, cast(abs(ids), to: .int32) % 8)
    let centred = (h - mean(h, over: [1], keepingAxes: true)) * gain
    let spread = variance(h, over: [1], keepingAxes: true)
    let y = gelu(centred * rsqrt(spread + 1e-5))
    let loss = mean(logSumExp(y, axis: 1)) + mean(tanh(y * y)) + sum(max(y, over: [0]))
    let slopes = gradients(of: loss, in: [w, table, gain])
    for (name, (value, slope)) in zip(["w", "table", "gain"], zip([w, table, gain], slopes)) {
      scope.assign(name, value - 0.1 * slope)
    }
    graph.report("loss", loss)
    graph.report("y", y)
    graph.report("columns", sum(y, over: [0]))
    return graph
  }

  @Test(arguments: [1, 2, 7]) func anyNumberOfThreads(threads: Int) throws {
    let graph = SameBitsTests.graph()
    let tape = try CompiledProgram(graph).tape
    let (inputs, state) = sampleValues(of: graph)
    let alone = try run(tape, inputs: inputs, state: state, team: nil)
    let team = ThreadTeam(threads: threads)
    let shared = try run(tape, inputs: inputs, state: state, team: team)
    #expect(alone.helperSlices == 0)
    #expect(tape.steps.count { $0.isParallel } >= 4)
    #expect(threads > 1 ? shared.helperSlices >= 2 * (threads - 1) : shared.helperSlices == 0)
    for (name, value) in alone.outputs { #expect(shared.outputs[name] == value, "\(name)") }
    for (path, value) in alone.state { #expect(shared.state[path] == value, "\(path)") }
    #expect(alone.state["model/w"] != state["model/w"])
  }

  /// Shares dear enough to be taken in pieces, so that it is a matter of chance who runs what.
  @Test(arguments: [2, 7]) func whoeverTakesAPiece(threads: Int) throws {
    let graph = SameBitsTests.graph(rows: 2048, width: 256)
    let tape = try CompiledProgram(graph).tape
    let shares = WaveShares(tape, threads: threads)
    #expect(tape.instructions.indices.count { shares.isInPieces($0) } >= 2)
    let (inputs, state) = sampleValues(of: graph)
    let alone = try run(tape, inputs: inputs, state: state, team: nil)
    let team = ThreadTeam(threads: threads)
    for _ in 0..<3 {
      let shared = try run(tape, inputs: inputs, state: state, team: team)
      for (name, value) in alone.outputs { #expect(shared.outputs[name] == value, "\(name)") }
      for (path, value) in alone.state { #expect(shared.state[path] == value, "\(path)") }
    }
  }

  @Test func aSharedReductionIsReadyForTheNextRun() throws {
    let x = Input("x", [nil]), total = Output("total")
    let program = Program.traced { t in t.report(total, sum(t[x] * 0.25)) }
    var state = try program.initialState(seed: 0)
    for count in [40_000, 40_000, 33_333] {
      for sign in [1.0, -1.0] {
        let feeds: Feeds = try [x: NDArray([Float](repeating: 4 * Float(sign), count: count), shape: [count])]
        #expect(try program.run(&state, feeds).scalar(total) == sign * Double(count))
      }
    }
    let tape = try program.compiled(for: [x: NDArray(zeros: Shape([40_000]), .float32)]).tape
    #expect(tape.instructions.contains { $0.units > 1 })
  }

  /// A count of steps that a long sum is scaled by moves once a run, however many parts the sum has.
  @Test func whatIsStoredBeforeASumIsStoredOnce() throws {
    let x = Input("x", [40_000]), total = Output("total")
    let program = Program.traced { t in
      let scope = t.scope("own")
      let step = scope.state("step", [], dtype: .int32) + 1
      scope.assign("step", step)
      t.report(total, sum(t[x]) * cast(step, to: .float32))
    }
    var state = try program.initialState(seed: 0)
    for step in 1...3 {
      let results = try program.run(&state, [x: NDArray(repeating: 1, [40_000])])
      #expect(try results.scalar(total) == Double(40_000 * step) && state["own/step"] == NDArray(Int32(step)))
    }
  }

  @Test func everyLevelOfKernels() throws {
    let graph = SameBitsTests.graph(rows: 24, width: 33)
    let program = try ProgramGraph(tracing: graph)
    let (inputs, state) = sampleValues(of: graph)
    let expected = try Interpreter(program.store).evaluate(program.roots.map(\.value), inputs: inputs, state: state)
    let tape = try CompiledProgram(graph).tape
    #expect(!KernelTable.all.isEmpty)
    for kernels in KernelTable.all {
      let actual = try run(tape, inputs: inputs, state: state, kernels: kernels)
      for (root, value) in zip(program.roots, expected) {
        let (name, result) =
          switch root.target {
          case .output(let name): (name, actual.outputs[name]!)
          case .state(let path): (path, actual.state[path]!)
          }
        #expect(relativeError(result, value) < 2e-5, "\(name) with \(kernels.name)")
      }
    }
  }

  @Test func everyLevelOnLargeShapes() throws {
    let graph = SameBitsTests.graph()
    let tape = try CompiledProgram(graph).tape
    let (inputs, state) = sampleValues(of: graph)
    let plainest = try run(tape, inputs: inputs, state: state, kernels: KernelTable.all[0])
    for kernels in KernelTable.all {
      let team = ThreadTeam(threads: 3)
      let actual = try run(tape, inputs: inputs, state: state, kernels: kernels, team: team)
      for (name, value) in plainest.outputs {
        #expect(relativeError(actual.outputs[name]!, value) < 2e-5, "\(name) with \(kernels.name)")
      }
      for (path, value) in plainest.state {
        #expect(relativeError(actual.state[path]!, value) < 2e-5, "\(path) with \(kernels.name)")
      }
    }
  }

  @Test func programsOfTwoAndSevenThreads() throws {
    let feeds = Classifier.feeds(512)
    var states: [ModelState] = []
    for threads in [1, 2, 7] {
      let program = Classifier.traced(ProgramOptions(threads: threads))
      var state = try program.initialState(seed: 5)
      for _ in 0..<10 { _ = try program.run(&state, feeds) }
      states.append(state)
    }
    #expect(states[0] == states[1])
    #expect(states[0] == states[2])
  }
}
