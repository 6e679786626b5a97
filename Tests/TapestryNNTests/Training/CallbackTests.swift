import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

@Suite struct CallbackTests {
  /// Writes down what it is told.
  private final class Witness: TrainingCallback {
    var told: [String] = []
    func trainingBegan(_ run: inout TrainingRun) { told.append("begin \(run.epoch)/\(run.epochs)") }
    func epochBegan(_ run: inout TrainingRun) { told.append("epoch \(run.epoch)") }
    func stepEnded(_ run: inout TrainingRun) throws {
      told.append("step \(run.step)/\(run.stepsInEpoch)")
      #expect(try run.value(of: "loss").isFinite && run.value(of: "learning_rate").isNaN)
    }
    func epochEnded(_ run: inout TrainingRun) throws {
      told.append("end \(run.epoch) of \(run.history.epochs.count)")
      #expect(try run.value(of: "loss") == run.history.epochs.last?["loss"])
    }
    func trainingEnded(_ run: inout TrainingRun) { told.append("over") }
  }

  private func fit(
    _ callbacks: [any TrainingCallback], epochs: Int, optimizer: Optimizer = .adam(learningRate: 0.05)
  ) throws -> (state: ModelState, history: TrainingHistory) {
    let program = SmallTraining.program(optimizer: optimizer)
    var state = try program.initialState(seed: 1)
    let history = try SmallTraining.trainer(program).fit(
      &state, SmallTraining.rows(), validation: SmallTraining.rows(6, seed: 9), epochs: epochs, batchSize: 4, seed: 7,
      callbacks: callbacks)
    return (state, history)
  }

  /// Trains with a learning rate that follows a script: it is measured, so callbacks can be told any values.
  private func scripted(
    _ values: [Double], _ callback: any TrainingCallback
  ) throws -> (states: [ModelState], end: ModelState, history: TrainingHistory) {
    var states: [ModelState] = []
    let script = AfterEpoch { run in
      states.append(run.state)
      if run.epoch < values.count { try run.state.setLearningRate(values[run.epoch] / 100) }
    }
    let (end, history) = try fit(
      [callback, script], epochs: values.count, optimizer: .sgd(learningRate: values[0] / 100))
    return (states, end, history)
  }

  @Test func areToldOfEverythingInOrder() throws {
    let witness = Witness()
    _ = try fit([witness], epochs: 2)
    let steps = ["step 1/3", "step 2/3", "step 3/3"]
    #expect(
      witness.told == ["begin 0/2", "epoch 1"] + steps + ["end 1 of 1", "epoch 2"] + steps + ["end 2 of 2", "over"])
  }

  @Test func mayChangeTheLearningRate() throws {
    let (state, history) = try fit(
      [AfterEpoch { run in try run.state.setLearningRate(0.5 * (run.state.learningRate() ?? 0)) }], epochs: 3)
    #expect(try history["learning_rate"].map { Float($0) } == [0.05, 0.025, 0.0125])
    #expect(state.learningRate().map { Float($0) } == 0.00625)
    #expect(try fit([], epochs: 3).state["out/weight"] != state["out/weight"])
  }

  @Test func mayStopInTheMiddleOfAnEpoch() throws {
    var asked = 0
    let (state, history) = try fit(
      [
        StopWhen {
          asked += 1
          return asked == 5
        }
      ], epochs: 4)
    #expect(history.stopReason == "stopped by the caller")
    #expect(history.epochs.count == 1)
    #expect(state["optimizer/step"]?.doubles == [5])
    // Stopped at the last step of an epoch, the epoch is finished.
    let whole = try fit([AfterStep { run in if run.step == 3 { run.stop("enough") } }], epochs: 4).history
    #expect(whole.stopReason == "enough" && whole.epochs.count == 1)
  }

  @Test func earlyStoppingWaitsForItsPatience() throws {
    let falling = try scripted(
      [5, 4, 3.9, 4.5, 3.8, 3.85, 3.82, 1], EarlyStopping(monitor: "learning_rate", patience: 2, goal: .lowest)
    ).history
    #expect(falling.epochs.count == 7)
    #expect(falling.stopReason == "'learning_rate' was not better than 0.0380 for 2 epochs")
    // A change below the least does not count.
    let flat = try scripted(
      [5, 4, 3.9, 3.85, 3.8],
      EarlyStopping(monitor: "learning_rate", patience: 2, minimumChange: 0.003, goal: .lowest)
    ).history
    #expect(flat.epochs.count == 4)
    let rising = try scripted([1, 2, 3, 2, 2], EarlyStopping(monitor: "learning_rate", patience: 1, goal: .highest))
    #expect(rising.history.epochs.count == 4)
    #expect(try fit([EarlyStopping(monitor: "val_loss", patience: 100)], epochs: 2).history.stopReason == nil)
  }

  @Test func theBestModelIsGivenBack() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/best.safetensors"
      let rates: [Double] = [3, 1, 2, 4]
      let best = try scripted(rates, BestModel(monitor: "learning_rate", goal: .lowest, writingTo: path))
      #expect(best.end == best.states[1])
      #expect(try ModelState(contentsOf: path) == best.states[1])
      let last = try scripted(rates, BestModel(monitor: "learning_rate", goal: .lowest, restores: false))
      #expect(last.states == best.states && last.end == last.states[3])
      #expect(last.end != best.end)
    }
  }

  @Test func thePlateauLowersTheRate() throws {
    // The loss of a rate of 0 never changes.
    let stuck = try fit(
      [try ReduceRateOnPlateau(monitor: "val_loss", factor: 0.5, patience: 1, least: 1e-3)], epochs: 6,
      optimizer: .sgd(learningRate: 0))
    #expect(try stuck.history["learning_rate"] == [0, 0, 0, 0, 0, 0], "a rate below the least is not raised")
    // What is monitored is said to want the other way: never better after the first.
    let worse = try fit(
      [
        try ReduceRateOnPlateau(
          monitor: "val_loss", factor: 0.5, patience: 1, threshold: 10, least: 0.02, goal: .highest)
      ],
      epochs: 6)
    #expect(try worse.history["learning_rate"].map { Float($0) } == [0.05, 0.05, 0.05, 0.025, 0.025, 0.02])
  }

  @Test func aLossThatIsNoNumberEndsTheTraining() throws {
    let blowUp = AfterStep { run in
      if run.epoch == 2, run.step == 1 { run.state["out/bias"]?.setDouble(.infinity, at: 0) }
    }
    let error = #expect(throws: TapestryError.self) { _ = try fit([blowUp], epochs: 3) }
    #expect(error?.code == .divergence)
    #expect(error?.message == "the loss is inf in step 2 of epoch 2")
    let history = try fit([blowUp, StopOnNaN()], epochs: 3).history
    #expect(history.stopReason == "the loss was inf in step 2 of epoch 2")
    #expect(history.epochs.count == 1)
  }

  @Test func theLogIsATableOfTheHistory() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/log.csv"
      let history = try fit([CSVLog(path)], epochs: 3).history
      let table = try CSVTable(path: path)
      #expect(table.names == ["epoch"] + history.names + ["seconds"])
      #expect(try table.column("epoch", as: .int32).doubles == [1, 2, 3])
      for name in history.names { #expect(try table.column(name, as: .float64).doubles == history[name]) }
      _ = try fit([CSVLog(path)], epochs: 1)
      #expect(try CSVTable(path: path).rowCount == 1, "a new training begins the file anew")
    }
    let error = #expect(throws: TapestryError.self) { _ = try fit([CSVLog("none/there/log.csv")], epochs: 1) }
    #expect(error?.code == .invalidFile)
  }
}
