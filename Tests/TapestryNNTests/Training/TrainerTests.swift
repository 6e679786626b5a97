import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import TapestryTerminal
import Testing

@Suite struct TrainerTests {
  @Test func givesTheNumbersOfALoopByHand() throws {
    let rows = try SmallTraining.rows()
    let (x, y, loss) = (SmallTraining.x, SmallTraining.y, SmallTraining.loss)

    let program = SmallTraining.program()
    var byHand = try program.initialState(seed: 1)
    var losses: [Double] = []
    for epoch in 1...3 {
      var sum = 0.0
      for batch in rows.batches(of: 4, seed: 7, epoch: epoch) {
        let out = try program.run(&byHand, [x: batch["x"], y: batch["y"]])
        sum += try out.scalar(loss) * Double(batch.rowCount)
      }
      losses.append(sum / Double(rows.rowCount))
    }

    var state = try program.initialState(seed: 1)
    let history = try SmallTraining.trainer(SmallTraining.program()).fit(
      &state, rows, epochs: 3, batchSize: 4, seed: 7)
    #expect(state == byHand)
    #expect(try history["loss"] == losses)
    #expect(history.epochs.map(\.epoch) == [1, 2, 3])
    #expect(history.stopReason == nil)
  }

  /// Full-batch, mini-batch with a short last one, and single-sample descent, by the number of steps they make.
  @Test(arguments: [(10, 1, 1), (100, 1, 1), (4, 3, 2), (5, 2, 1), (1, 10, 1)])
  func aDescentIsABatchSize(batchSize: Int, steps: Int, specializations: Int) throws {
    let program = SmallTraining.program(dropping: 0, optimizer: .adam(learningRate: 0.01))
    var state = try program.initialState(seed: 1)
    let start = try SmallTraining.trainer(program).evaluate(state, SmallTraining.rows())
    let history = try SmallTraining.trainer(SmallTraining.program(dropping: 0, optimizer: .adam(learningRate: 0.01)))
      .fit(
        &state, SmallTraining.rows(), epochs: 2, batchSize: batchSize)
    #expect(state["optimizer/step"]?.doubles == [Double(2 * steps)])
    #expect(history.specializations == specializations)
    let end = try SmallTraining.trainer(program).evaluate(state, SmallTraining.rows())
    #expect(try #require(end["loss"]) < #require(start["loss"]))
  }

  @Test func aShortLastBatchCountsByItsRows() throws {
    let rows = try SmallTraining.rows(9)
    let trainer = SmallTraining.trainer(SmallTraining.program())
    let state = try SmallTraining.program().initialState(seed: 5)
    let whole = try trainer.evaluate(state, rows, batchSize: 9)
    for size in [1, 2, 4, 8] {
      let parts = try trainer.evaluate(state, rows, batchSize: size)
      for name in ["loss", "mean error"] {
        let (part, all): (Double, Double) = (try #require(parts[name]), try #require(whole[name]))
        #expect(abs(part - all) < 1e-7)
      }
    }
    // A mean of the means would be another number.
    let first = try trainer.evaluate(state, rows.selecting(rows: Array(0..<8)))
    let last = try trainer.evaluate(state, rows.selecting(rows: [8]))
    let losses: [Double] = [try #require(first["loss"]), try #require(last["loss"])]
    let mean = (losses[0] + losses[1]) / 2
    #expect(abs(mean - (try #require(whole["loss"]))) > 1e-4)
  }

  @Test func validationIsAnEvaluationAfterEachEpoch() throws {
    let rows = try SmallTraining.rows()
    let held = try SmallTraining.rows(6, seed: 9)
    let program = SmallTraining.program()
    var state = try program.initialState(seed: 1)
    let history = try SmallTraining.trainer(program).fit(
      &state, rows, validation: held, epochs: 2, batchSize: 4, seed: 7)
    #expect(history.names == ["loss", "mean error", "val_loss", "val_mean error", "learning_rate"])
    #expect(try history["learning_rate"].map { Float($0) } == [0.05, 0.05])
    let last = try SmallTraining.trainer(program).evaluate(state, held)
    #expect(try history["val_loss"].last == last["loss"] && history["val_mean error"].last == last["mean error"])
    // Two shapes to train with, two to validate with; validating changed no bit of the state.
    #expect(history.specializations == 4)
    var other = try program.initialState(seed: 1)
    _ = try SmallTraining.trainer(SmallTraining.program()).fit(&other, rows, epochs: 2, batchSize: 4, seed: 7)
    #expect(other == state)
  }

  @Test func rowsKeepTheirOrderWhereThatIsWanted() throws {
    let rows = try SmallTraining.rows()
    let program = SmallTraining.program()
    var byHand = try program.initialState(seed: 1)
    for batch in rows.batches(of: 4) { _ = try program.run(&byHand, SmallTraining.feeds(batch)) }
    var state = try program.initialState(seed: 1)
    _ = try SmallTraining.trainer(program).fit(&state, rows, epochs: 1, batchSize: 4, seed: 7, shuffles: false)
    #expect(state == byHand)
  }

  /// Augmentation is drawn from seed, epoch and batch alone, and of training rows only.
  @Test func augmentationIsReproducible() throws {
    let rows = try SmallTraining.rows()
    func trained(seed: Int, noise: Double) throws -> (ModelState, TrainingHistory) {
      let program = SmallTraining.program(dropping: 0)
      let trainer = Trainer(
        program, loss: SmallTraining.loss,
        augment: { (batch: DataSet, random: RandomStream) in
          var x = try batch["x"]
          for place in 0..<x.count { x.setDouble(x.double(at: place) + noise * random.uniform(at: place), at: place) }
          return try DataSet([("x", x), ("y", batch["y"])])
        }, feeds: SmallTraining.feeds)
      var state = try program.initialState(seed: 1)
      let history = try trainer.fit(&state, rows, validation: rows, epochs: 2, batchSize: 4, seed: seed)
      return (state, history)
    }
    let (state, history) = try trained(seed: 1, noise: 0.5)
    #expect(try trained(seed: 1, noise: 0.5).0 == state)
    #expect(try trained(seed: 1, noise: 0).0 != state)
    let plain = try SmallTraining.trainer(SmallTraining.program()).evaluate(state, rows, batchSize: 256)
    #expect(try history["val_loss"].last == plain["loss"])
  }

  @Test func aHistoryIsATable() throws {
    let program = SmallTraining.program()
    var state = try program.initialState(seed: 1)
    let history = try SmallTraining.trainer(program).fit(&state, SmallTraining.rows(), epochs: 2, batchSize: 5)
    let lines = try history.table(of: ["loss"]).lines
    #expect(lines.count == 4 && lines[0] == "epoch    loss")
    #expect(try history.table().lines[0].hasSuffix("mean error  learning_rate"))
    let error = #expect(throws: TapestryError.self) { try history["los"] }
    #expect(
      error?.remedy == "did you mean 'loss'? measured are 'loss', 'mean error', 'learning_rate'")
  }
}
