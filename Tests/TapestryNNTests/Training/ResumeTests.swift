import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryNN
import Testing

@Suite struct ResumeTests {
  private func callbacks(_ log: String) throws -> [any TrainingCallback] {
    [
      EarlyStopping(monitor: "val_loss", patience: 4), BestModel(monitor: "val_loss"),
      try ReduceRateOnPlateau(monitor: "loss", factor: 0.5, patience: 0, threshold: 0.2), CSVLog(log),
    ]
  }

  private func fit(
    _ state: inout ModelState, epochs: Int, in folder: String, resuming: Checkpoint? = nil, every: Int = 1,
    first: [any TrainingCallback] = []
  ) throws -> TrainingHistory {
    try SmallTraining.trainer(SmallTraining.program()).fit(
      &state, SmallTraining.rows(), validation: SmallTraining.rows(6, seed: 9), epochs: epochs, batchSize: 4, seed: 7,
      checkpoints: CheckpointPlan(to: folder + "/run.safetensors", every: every), resuming: resuming,
      callbacks: first + callbacks(folder + "/log.csv"))
  }

  private func log(_ folder: String) throws -> [[Double]] {
    let table = try CSVTable(path: folder + "/log.csv")
    return try table.columns(table.names.filter { $0 != "seconds" }, as: .float64).doubles.chunked(
      table.names.count - 1)
  }

  /// Stopped after any step of any epoch, a training goes on with the bits it would have had.
  @Test(arguments: [1, 2, 3, 4, 8, 12]) func aTrainingGoesOnWhereItStopped(steps: Int) throws {
    let start = try SmallTraining.program().initialState(seed: 1)
    try withTemporaryFolder { whole in
      var expected = start
      let history = try fit(&expected, epochs: 5, in: whole)
      try withTemporaryFolder { folder in
        var state = start
        var made = 0
        let stop = StopWhen {
          made += 1
          return made == steps
        }
        let stopped = try fit(&state, epochs: 5, in: folder, first: [stop])
        #expect(stopped.stopReason != nil && stopped.epochs.count == steps / 3)
        // Another process: a fresh state and a fresh program.
        state = try SmallTraining.program().initialState(seed: 99)
        let checkpoint = try #require(try Checkpoint.ifPresent(at: folder + "/run.safetensors"))
        #expect(checkpoint.epoch == steps / 3)
        let resumed = try fit(&state, epochs: 5, in: folder, resuming: checkpoint)
        #expect(state == expected)
        #expect(resumed.epochs.map(\.values) == history.epochs.map(\.values))
        #expect(resumed.stopReason == history.stopReason)
        #expect(try log(folder) == log(whole))
      }
    }
  }

  /// A checkpoint is a file like any other: numbers in it are claims.
  @Test(
    arguments: [
      (#""step":1,"#, #""step":-1,"#, true), (#""step":1,"#, #""step":4,"#, true),
      (#""step":1,"#, #""step":1e30,"#, true),
      (#""batchSize":4"#, #""batchSize":0"#, true), (#""rowCount":10"#, #""rowCount":0"#, true),
      (#""extents":[]"#, #""extents":[3]"#, true), (#""extents":[]"#, #""extents":[-1]"#, true),
      (#""extents":[]"#, #""extents":[1]"#, false), (#""waited":0"#, #""waited":1e300"#, false),
      (#""waited":0"#, #""waited":"nan""#, false), (#""waited":0"#, #""waited":-7"#, false), ("{", "", true),
    ] as [(String, String, Bool)])
  func damagedProgressIsRefusedOrHarmless(old: String, new: String, isRefused: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/run.safetensors"
      var state = try SmallTraining.program().initialState(seed: 1)
      _ = try fit(&state, epochs: 5, in: folder, first: [StopWhen { true }])
      var file = try Safetensors(path: path)
      let text = try #require(file.metadata["tapestry.training"])
      #expect(text.contains(old), "\(text)")
      file.metadata["tapestry.training"] = text.replacing(old, with: new)
      try file.write(to: path)
      guard !isRefused else {
        let error = #expect(throws: TapestryError.self) { try Checkpoint(contentsOf: path) }
        #expect(error?.code == .invalidFile && error?.notes.count == 1)
        return
      }
      let checkpoint = try Checkpoint(contentsOf: path)
      if old.contains("extents") {
        let error = #expect(throws: TapestryError.self) {
          try fit(&state, epochs: 5, in: folder, resuming: checkpoint)
        }
        #expect(error?.remedy == "resume with the metrics the training had")
      } else {
        #expect(try fit(&state, epochs: 5, in: folder, resuming: checkpoint).epochs.count >= 1)
      }
    }
  }

  /// The machine went down in epoch 4, after the checkpoint of epoch 2: the log has rows the checkpoint knows nothing of.
  @Test func epochsAfterTheCheckpointAreTrainedAgain() throws {
    let start = try SmallTraining.program().initialState(seed: 1)
    struct PowerCut: Error {}
    try withTemporaryFolder { folder in
      var expected = start
      let history = try fit(&expected, epochs: 5, in: folder)
      let rows = try log(folder)
      var state = start
      #expect(throws: PowerCut.self) {
        try fit(&state, epochs: 5, in: folder, every: 2, first: [AfterStep { if $0.epoch == 4 { throw PowerCut() } }])
      }
      #expect(state["optimizer/step"]?.doubles == [10], "the state is that after the last step")
      let checkpoint = try Checkpoint(contentsOf: folder + "/run.safetensors")
      #expect(try checkpoint.epoch == 2 && log(folder).count == 3)
      state = start
      let resumed = try fit(&state, epochs: 5, in: folder, resuming: checkpoint, every: 2)
      #expect(state == expected && resumed.epochs.map(\.values) == history.epochs.map(\.values))
      #expect(try log(folder) == rows)
    }
  }

  @Test func aTrainingThatIsOverStaysOver() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/run.safetensors"
      #expect(try Checkpoint.ifPresent(at: path) == nil)
      var state = try SmallTraining.program().initialState(seed: 1)
      func train(_ epochs: Int, patience: Int) throws -> TrainingHistory {
        try SmallTraining.trainer(SmallTraining.program()).fit(
          &state, SmallTraining.rows(), epochs: epochs, batchSize: 4, checkpoints: CheckpointPlan(to: path),
          resuming: .ifPresent(at: path),
          callbacks: [EarlyStopping(monitor: "loss", patience: patience, minimumChange: 100)])
      }
      let first = try train(2, patience: 3)
      let end = state
      #expect(try train(2, patience: 3).epochs == first.epochs)
      #expect(state == end)
      // One epoch more meets the end of the patience, and then nothing does.
      #expect(try train(9, patience: 3).epochs.count == 4)
      let stopped = state
      #expect(try train(9, patience: 3).epochs.count == 4)
      #expect(state == stopped)
    }
  }

  @Test func aCheckpointOfAnotherTrainingIsRefused() throws {
    try withTemporaryFolder { folder in
      var state = try SmallTraining.program().initialState(seed: 1)
      _ = try fit(&state, epochs: 1, in: folder)
      let checkpoint = try Checkpoint(contentsOf: folder + "/run.safetensors")
      let before = state
      func refused(rows: Int = 10, batchSize: Int = 4, seed: Int = 7, _ checkpoint: Checkpoint) throws -> String? {
        #expect(throws: TapestryError.self) {
          _ = try SmallTraining.trainer(SmallTraining.program()).fit(
            &state, SmallTraining.rows(rows), epochs: 2, batchSize: batchSize, seed: seed, resuming: checkpoint)
        }?.message
      }
      #expect(try refused(seed: 8, checkpoint) == "the checkpoint is of a training with seed 7, not 8")
      #expect(try refused(batchSize: 5, checkpoint) == "the checkpoint is of a training with batch size 4, not 5")
      #expect(try refused(rows: 9, checkpoint) == "the checkpoint is of a training with number of rows 10, not 9")
      var other = checkpoint
      other.state["more"] = NDArray(Float(1))
      #expect(try refused(other) == "the state to load does not fit")
      #expect(state == before)
    }
  }

  /// The best state lies beside the state in the file, and is no part of it.
  @Test func theStateInACheckpointIsTheLastOne() throws {
    try withTemporaryFolder { folder in
      var state = try SmallTraining.program().initialState(seed: 1)
      _ = try fit(&state, epochs: 4, in: folder)
      let path = folder + "/run.safetensors"
      let alone = try ModelState(contentsOf: path)
      #expect(alone.paths == state.paths)
      #expect(try Checkpoint(contentsOf: path).state == alone)
      #expect(try Safetensors(path: path).tensors.keys.contains("tapestry.kept/BestModel-0.best:out/weight"))
      var damaged = try Safetensors(path: path)
      damaged.metadata["tapestry.training"] = "{"
      try damaged.write(to: path)
      let error = #expect(throws: TapestryError.self) { try Checkpoint(contentsOf: path) }
      #expect(error?.code == .invalidFile)
    }
  }
}

extension Array {
  fileprivate func chunked(_ size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
