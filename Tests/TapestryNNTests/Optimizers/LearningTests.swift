import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct LearningTests {
  @Test func twoLayersLearnExclusiveOr() throws {
    let graph = Graph()
    let model = graph.scope("model")
    let x = graph.input("x", [4, 2])
    let y = graph.input("y", [4], .int32)
    let logits = dense(tanh(dense(x, 8, in: model("hidden"))), 2, in: model("logits"))
    let loss = softmaxCrossEntropy(logits, y)
    graph.report("loss", loss)
    graph.report("accuracy", accuracy(logits, y))
    graph.minimize(loss, with: .adam(learningRate: 0.05))
    var program = try Stepper(graph, seed: 1)
    let feeds = [
      "x": try NDArray([0, 0, 0, 1, 1, 0, 1, 1] as [Float], shape: [4, 2]), "y": NDArray([0, 1, 1, 0] as [Int32]),
    ]
    let before = try program.step(feeds)
    for _ in 0..<150 { try program.step(feeds) }
    let after = try program.step(feeds)
    #expect(try #require(before["loss"]?.doubles.first) > 0.4)
    #expect(try #require(after["loss"]?.doubles.first) < 0.05)
    #expect(after["accuracy"]?.doubles == [1])
  }
}
