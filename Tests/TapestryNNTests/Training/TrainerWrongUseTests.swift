import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryNN
import Testing

@Suite struct TrainerWrongUseTests {
  /// What a training says that is set up wrongly, having changed nothing.
  private func message(
    rows: Int = 10, validation: Int? = nil, epochs: Int = 1, batchSize: Int = 4, loss: Output = SmallTraining.loss,
    metrics: [Metric] = [], checkpoints: CheckpointPlan? = nil, callbacks: [any TrainingCallback] = []
  ) throws -> String? {
    let program = SmallTraining.program()
    var state = try program.initialState(seed: 1)
    let before = state
    let trainer = Trainer(program, loss: loss, metrics: metrics, feeds: SmallTraining.feeds)
    let error = #expect(throws: TapestryError.self) {
      _ = try trainer.fit(
        &state, SmallTraining.rows(rows), validation: validation.map { try SmallTraining.rows($0) }, epochs: epochs,
        batchSize: batchSize, checkpoints: checkpoints, callbacks: callbacks)
    }
    #expect(state == before)
    return error.map { "\($0)" }
  }

  @Test func settingsAreChecked() throws {
    #expect(try message(epochs: 0) == "a training with 0 epochs; give 1 or more")
    #expect(try message(batchSize: -1) == "a training with -1 rows of a batch; give 1 or more")
    #expect(try message(rows: 0) == "a data set without rows to train with; give at least one row")
    #expect(try message(validation: 0) == "a data set without rows to validate with; give at least one row")
    #expect(
      try message(checkpoints: CheckpointPlan(to: "none/there/a.safetensors"))
        == "checkpoints cannot be written to 'none/there/a.safetensors'; "
        + "name a file in a folder that is there and may be written")
  }

  @Test func outputsAreChecked() throws {
    #expect(
      try message(loss: Output("los"))
        == "the program reports no output 'los'; did you mean 'loss'? it reports 'loss', 'mean error'")
    #expect(
      try message(metrics: [.mean(Output("hits"))])
        == "the program reports no output 'hits'; it reports 'loss', 'mean error'")
    #expect(
      try message(metrics: [.mean(SmallTraining.loss)])
        == "two things measured are called 'loss'; name one of them otherwise with `as:`")
  }

  @Test func monitoredNamesAreChecked() throws {
    #expect(
      try message(callbacks: [EarlyStopping(monitor: "losss")])
        == "nothing called 'losss' is measured; did you mean 'loss'? measured are 'loss', 'learning_rate'")
    #expect(
      try message(callbacks: [BestModel(monitor: "val_loss")])
        == "nothing called 'val_loss' is measured; give `validation:` rows to measure it over, or name 'loss'")
    #expect(
      try message(
        validation: 4, metrics: [.mean(SmallTraining.bias, as: "bias")], callbacks: [BestModel(monitor: "bias")])
        == "'bias' does not tell whether lower or higher is better; give `goal: .lowest` or `goal: .highest`")
    #expect(
      try message(callbacks: [try ReduceRateOnPlateau(monitor: "loss", optimizer: "optimiser")])
        == "no optimizer keeps its rate at 'optimiser/rate'; did you mean 'optimizer'?")
  }

  @Test func anErrorOfABatchPassesThrough() throws {
    struct Spoilt: Error {}
    let program = SmallTraining.program()
    var state = try program.initialState(seed: 1)
    let trainer = Trainer(
      program, loss: SmallTraining.loss,
      augment: { (batch: DataSet, random: RandomStream) -> DataSet in
        if batch.rowCount == 2 { throw Spoilt() }
        return batch
      }, feeds: SmallTraining.feeds)
    #expect(throws: Spoilt.self) { try trainer.fit(&state, SmallTraining.rows(), epochs: 1, batchSize: 4) }
    #expect(state["optimizer/step"]?.doubles == [2])
  }
}
