import Tapestry

extension GuideRun {
  func memory() throws {
    mark("memory program")
    let start = Input("start", [nil, 32]), loss = Output("loss")
    func program(_ options: ProgramOptions) -> Program {
      Program.traced(options) { t in
        let weight = t.scope("loop").parameter("weight", [32, 32], .glorotUniform)
        let end = scan(over: [], from: [t[start]], length: 200) { step in
          let inner = tanh(dot(step.carries[0], weight))
          return (carries: [tanh(dot(inner, weight)) + 0.1], outputs: [])
        }
        let cost = mean(square(end.carries[0]))
        t.report(loss, cost)
        t.minimize(cost, with: .adam(learningRate: 1e-3))
      }
    }
    let feeds: Feeds = [start: NDArray(repeating: 0.1, [8, 32])]
    let plain = program(ProgramOptions())
    var state = try plain.initialState(seed: 1)
    _ = try plain.run(&state, feeds)
    let report = try plain.report
    print("arena", report.arenaBytes, "state", report.stateBytes, "sum of all values", report.valueBytes)
    for value in report.aliveAtPeak.prefix(4) { print(value.byteCount, value.name) }

    mark("recomputation")
    for memory in [LoopMemory.everything, .every(50), .every(14)] {
      let program = program(ProgramOptions(loopMemory: memory))
      var copy = state
      let out = try program.run(&copy, feeds)
      print("\(memory): arena \(try program.report.arenaBytes), loss \(try out.scalar(loss))")
    }

    mark("memory limit")
    let tight = program(ProgramOptions(memoryLimit: report.arenaBytes + report.stateBytes - 1))
    _ = try tight.run(&state, feeds)
    print("arena", try tight.report.arenaBytes)
    let tighter = program(ProgramOptions(memoryLimit: 20_000))
    do { _ = try tighter.run(&state, feeds) } catch { print(error) }
  }
}
