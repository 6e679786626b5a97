import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

/// A classifier of two classes that has learned: benign tumours among those it has never seen, from three starts.
@Suite struct LearnedBreastCancerTests {
  private static let features = Input("features", [nil, 30])
  private static let benign = Input("benign", [nil], .int32)
  private static let loss = Output("loss")
  private static let confusion = Output("confusion")

  @Test(arguments: 1...3) func aPerceptronTellsBenignTumours(seed: Int) throws {
    let data = BreastCancer.load()
    let scale = try Standardization(of: data.training["features"])
    let training = try data.training.standardizing("features", by: scale)
    let heldOut = try data.heldOut.standardizing("features", by: scale)

    let program = Program.traced { t in
      let logits = squeeze(mlp(t[Self.features], widths: [10, 10, 1], in: t.scope("mlp")), axes: [1])
      let cost = sigmoidCrossEntropy(logits, cast(t[Self.benign], to: .float32))
      t.report(Self.loss, cost)
      t.report(Self.confusion, confusionMatrix(cast(logits .> 0, to: .int32), t[Self.benign], classes: 2))
      t.minimize(cost, with: .nesterov(learningRate: 0.01).scheduled(.inverseTime(decay: 1e-6)))
    }
    let confusion = Self.confusion
    let trainer = Trainer(
      program, loss: Self.loss,
      metrics: [
        .precision(confusion), .recall(confusion), .f1Score(confusion),
        .f1Score(confusion, average: .micro, as: "accuracy"),
      ]
    ) { (batch: DataSet) in
      try [Self.features: batch["features"], Self.benign: batch["benign"]]
    }
    var state = try program.initialState(seed: seed)
    _ = try trainer.fit(&state, training, epochs: 30, batchSize: 32, seed: seed)
    let measured = try trainer.evaluate(state, heldOut)
    let shown = try ["accuracy", "precision", "recall", "f1"].map { "\($0) \(try #require(measured[$0]))" }
    print("MLP 30-10-10-1, seed \(seed): " + shown.joined(separator: ", "))
    #expect(try #require(measured["accuracy"]) >= 0.965)
  }
}
