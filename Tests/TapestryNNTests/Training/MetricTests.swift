import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

@Suite struct MetricTests {
  private static let scores = Input("scores", [nil, 2])
  private static let labels = Input("labels", [nil], .int32)
  private static let loss = Output("loss")
  private static let confusion = Output("confusion")

  private static let program = Program.traced(ProgramOptions(threads: 1)) { t in
    let shifted = t[scores] + t.scope("model").parameter("bias", [2], .zeros)
    t.report(loss, softmaxCrossEntropy(shifted, t[labels]))
    t.report(confusion, confusionMatrix(argMax(shifted), t[labels], classes: 2))
  }

  private func evaluate(_ metrics: [Metric], batchSize: Int) throws -> [String: Double] {
    // True class and predicted class of each row: two hits of class 1, one miss, two false alarms, two hits of class 0.
    let real: [Int32] = [1, 1, 1, 0, 0, 0, 0]
    let predicted: [Int32] = [1, 1, 0, 1, 1, 0, 0]
    let scores = predicted.flatMap { $0 == 1 ? [0, 1] as [Float] : [1, 0] }
    let rows = try DataSet([("scores", NDArray(scores, shape: [7, 2])), ("labels", NDArray(real))])
    let trainer = Trainer(Self.program, loss: Self.loss, metrics: metrics) { (batch: DataSet) in
      try [Self.scores: batch["scores"], Self.labels: batch["labels"]]
    }
    return try trainer.evaluate(Self.program.initialState(), rows, batchSize: batchSize)
  }

  @Test(arguments: [7, 3, 1]) func sharesAreMadeOfTheSumOfAllBatches(batchSize: Int) throws {
    let values = try evaluate(
      [
        .precision(Self.confusion), .recall(Self.confusion), .f1Score(Self.confusion),
        .f1Score(Self.confusion, average: .macro, as: "macro f1"),
        .mean(Self.loss, as: "perplexity") { Foundation.exp($0) },
        .sum(Self.confusion, as: "rows") { $0.doubles.reduce(0, +) },
      ], batchSize: batchSize)
    let expected: [String: Double] = [
      "precision": 2.0 / 4, "recall": 2.0 / 3, "f1": 4.0 / 7, "macro f1": (4.0 / 7 + 4.0 / 7) / 2, "rows": 7,
    ]
    for (name, value) in expected { #expect(abs(try #require(values[name]) - value) < 1e-6, "\(name)") }
    // The perplexity of all rows, not the mean of those of the batches.
    #expect(try abs(#require(values["perplexity"]) - Foundation.exp(#require(values["loss"]))) < 1e-12)
    let surprise = { (difference: Double) in Foundation.log(1 + Foundation.exp(difference)) }
    #expect(abs(try #require(values["loss"]) - (4 * surprise(-1) + 3 * surprise(1)) / 7) < 1e-6)
  }

  @Test func aMetricOfEachClassIsAnError() {
    let error = #expect(throws: TapestryError.self) {
      try evaluate([.recall(Self.confusion, average: .each)], batchSize: 7)
    }
    #expect(error?.remedy == "average over the classes")
  }
}
