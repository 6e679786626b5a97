import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

@Suite struct CheckpointTests {
  private let x = Input("x", [nil, 4])
  private let y = Input("y", [nil, 1])

  /// A training whose every bit depends on parameters, moments, step count and random key.
  private func program() -> Program {
    Program.traced(ProgramOptions(threads: 1)) { [x, y] t in
      let hidden = tanh(dense(t[x], 6, in: t.scope("hidden")))
      let dropped = dropout(hidden, rate: 0.5, from: t.scope("drop"))
      let distance = dense(dropped, 1, in: t.scope("out")) - t[y]
      t.minimize(mean(distance * distance), with: .adam(learningRate: 0.05))
    }
  }

  private func rows() throws -> DataSet {
    let stream = RandomStream(seed: 3, name: "rows")
    let values = (0..<50).map { Float(stream.uniform(at: $0)) }
    return try DataSet([
      ("x", NDArray(Array(values[..<40]), shape: [10, 4])), ("y", NDArray(Array(values[40...]), shape: [10, 1])),
    ])
  }

  /// Trains from an epoch to another, with a short last batch in each.
  private func train(_ program: Program, _ state: inout ModelState, _ epochs: Range<Int>, seed: Int) throws {
    for epoch in epochs {
      for batch in try rows().batches(of: 4, seed: seed, epoch: epoch) {
        _ = try program.run(&state, [x: batch["x"], y: batch["y"]])
      }
    }
  }

  @Test func aTrainingGoesOnWithTheSameBits() throws {
    let start = try program().initialState(seed: 1)
    var whole = start
    try train(program(), &whole, 0..<4, seed: 7)
    var first = start
    try train(program(), &first, 0..<2, seed: 7)
    #expect(first.paths.contains("random/key") && first.paths.contains("optimizer/step"))
    try withTemporaryFolder { folder in
      let path = folder + "/training.safetensors"
      try Checkpoint(state: first, epoch: 2, seed: 7, notes: ["loss": "0.5"]).write(to: path)
      let checkpoint = try Checkpoint(contentsOf: path)
      #expect(checkpoint == Checkpoint(state: first, epoch: 2, seed: 7, notes: ["loss": "0.5"]))
      #expect(try ModelState(contentsOf: path) == first)
      var resumed = checkpoint.state
      try train(program(), &resumed, checkpoint.epoch..<4, seed: checkpoint.seed)
      #expect(resumed == whole)
      #expect(resumed != first)
      // What a checkpoint would lose without the random key.
      var other = checkpoint.state
      other["random/key"] = start["random/key"]
      try train(program(), &other, checkpoint.epoch..<4, seed: checkpoint.seed)
      #expect(other["out/weight"] != whole["out/weight"])
    }
  }

  @Test func aStateAloneIsNoCheckpoint() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/state.safetensors"
      try ModelState(["a": NDArray(Float(1))]).write(to: path)
      let bare = #expect(throws: TapestryError.self) { try Checkpoint(contentsOf: path) }
      #expect(
        bare?.message
          == "'\(path)': expected a whole number of 0 or more as 'tapestry.epoch' in the metadata, found nothing")
      for epoch in ["-1", "1.5", "99999999999999999999"] {
        try Safetensors([:], metadata: ["tapestry.epoch": epoch, "tapestry.seed": "1"]).write(to: path)
        let wrong = #expect(throws: TapestryError.self) { try Checkpoint(contentsOf: path) }
        #expect(wrong?.message.hasSuffix("in the metadata, found '\(epoch)'") == true)
      }
      try Safetensors([:], metadata: ["tapestry.epoch": "1", "tapestry.seed": "x"]).write(to: path)
      let odd = #expect(throws: TapestryError.self) { try Checkpoint(contentsOf: path) }
      #expect(odd?.message.hasSuffix("'tapestry.seed' in the metadata, found 'x'") == true)
    }
  }
}
