import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

/// Models that have learned: the accuracy on digits they have never seen, from three starts each.
@Suite struct LearnedDigitsTests {
  private static let digits = Digits.load()
  private static let images = Input("images", [nil, 64])
  private static let labels = Input("labels", [nil], .int32)
  private static let loss = Output("loss")
  private static let hits = Output("accuracy")

  /// How a model is trained: Adam, its rate falling to 0 along half a cosine.
  private struct Lesson {
    let epochs: Int
    let batchSize: Int
    let rate: Double
    /// The share of hidden units dropped.
    let dropping: Double
  }

  /// The accuracy on the held-out digits.
  private func accuracy(
    of name: String, seed: Int, after lesson: Lesson,
    _ model: @escaping @Sendable (_ images: Tensor, _ scope: Scope, _ dropping: Double) -> Tensor
  ) throws -> Double {
    let training = Self.digits.training
    let steps = lesson.epochs * training.batches(of: lesson.batchSize).count
    let program = Program.traced { t in
      let logits = model(t[Self.images], t.scope("model"), t.mode == .training ? lesson.dropping : 0)
      let cost = softmaxCrossEntropy(logits, t[Self.labels])
      t.report(Self.loss, cost)
      t.report(Self.hits, TapestryNN.accuracy(logits, t[Self.labels]))
      t.minimize(cost, with: .adam(learningRate: lesson.rate).scheduled(.cosine(steps: steps)))
    }
    let trainer = Trainer(program, loss: Self.loss, metrics: [.mean(Self.hits)]) { (batch: LabelledImages) in
      [Self.images: batch.images, Self.labels: batch.labels]
    }
    var state = try program.initialState(seed: seed)
    _ = try trainer.fit(&state, training, epochs: lesson.epochs, batchSize: lesson.batchSize, seed: seed)
    let measured = try trainer.evaluate(state, Self.digits.heldOut)
    let accuracy = try #require(measured["accuracy"])
    print("\(name), seed \(seed): accuracy \(accuracy)")
    return accuracy
  }

  @Test(arguments: 1...3) func aPerceptronReadsDigits(seed: Int) throws {
    let lesson = Lesson(epochs: 30, batchSize: 32, rate: 3e-3, dropping: 0.25)
    let accuracy = try accuracy(of: "MLP 64-128-10", seed: seed, after: lesson) {
      mlp($0, widths: [128, 10], in: $1, dropping: $2)
    }
    #expect(accuracy >= 0.96)
  }

  @Test(arguments: 1...3) func aConvolutionalNetworkReadsDigits(seed: Int) throws {
    let lesson = Lesson(epochs: 20, batchSize: 32, rate: 2e-3, dropping: 0.5)
    let accuracy = try accuracy(of: "CNN 32-64-128-10", seed: seed, after: lesson) {
      cnn(
        $0.reshape([$0.extent(0), 8, 8, 1]), filters: [32, 64], hidden: [128], in: $1, padding: .same, dropping: $2)
    }
    #expect(accuracy >= 0.975)
  }

  @Test(arguments: 1...3) func anLSTMReadsDigitsRowByRow(seed: Int) throws {
    let lesson = Lesson(epochs: 30, batchSize: 32, rate: 5e-3, dropping: 0.5)
    let accuracy = try accuracy(of: "LSTM 8-64-10", seed: seed, after: lesson) {
      sequenceClassifier($0.reshape([$0.extent(0), 8, 8]), .lstm, units: 64, in: $1, dropping: $2)
    }
    #expect(accuracy >= 0.955)
  }
}
