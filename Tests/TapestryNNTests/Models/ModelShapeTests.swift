import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// The models at the sizes they are known by, and what is no size.
@Suite struct ModelShapeTests {
  struct Known: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Shape
    var dtype = DType.float32
    let result: Shape
    let parameters: Int
    let build: @Sendable (Tensor, Scope) -> Tensor
  }

  static let known: [Known] = [
    Known(testDescription: "784-128-10", shape: [2, 784], result: [2, 10], parameters: 101_770) { x, scope in
      mlp(x, widths: [128, 10], in: scope)
    },
    Known(testDescription: "784-128-64-10", shape: [2, 784], result: [2, 10], parameters: 109_386) { x, scope in
      mlp(x, widths: [128, 64, 10], in: scope)
    },
    Known(testDescription: "10-10-10-1", shape: [2, 10], result: [2, 1], parameters: 231) { x, scope in
      mlp(x, widths: [10, 10, 1], in: scope)
    },
    Known(testDescription: "CNN", shape: [2, 28, 28, 1], result: [2, 10], parameters: 93_322) { x, scope in
      cnn(x, in: scope)
    },
    Known(testDescription: "CNN of NCHW", shape: [2, 1, 28, 28], result: [2, 10], parameters: 93_322) { x, scope in
      cnn(x, in: scope, layout: .nchw)
    },
    Known(testDescription: "LeNet", shape: [2, 32, 32, 3], result: [2, 10], parameters: 62_006) { x, scope in
      leNet(x, in: scope)
    },
    Known(testDescription: "RNN", shape: [2, 28], dtype: .int32, result: [2, 10], parameters: 70_666) { x, scope in
      tokenClassifier(x, vocabulary: 28, in: scope)
    },
    Known(testDescription: "LSTM", shape: [2, 28, 28], result: [2, 10], parameters: 81_674) { x, scope in
      sequenceClassifier(x, in: scope)
    },
    Known(testDescription: "GRU", shape: [2, 28, 28], result: [2, 10], parameters: 37_130) { x, scope in
      sequenceClassifier(x, .gru, units: 64, bidirectional: true, in: scope)
    },
    Known(
      testDescription: "character LSTM", shape: [2, 50], dtype: .int32, result: [2, 50, 65], parameters: 279_873
    ) { x, scope in recurrentLanguageModel(x, vocabulary: 65, in: scope).logits },
    Known(testDescription: "CNN and LSTM", shape: [2, 3, 16, 16, 1], result: [2, 10], parameters: 54_858) { x, scope in
      imageSequenceClassifier(x, in: scope)
    },
    Known(testDescription: "autoencoder", shape: [2, 784], result: [2, 784], parameters: 209_968) { x, scope in
      autoencoder(x, in: scope).output
    },
  ]

  @Test(arguments: known) func sizesAreThoseKnown(_ model: Known) {
    let graph = Graph()
    let y = model.build(graph.input("x", model.shape, model.dtype), graph.scope("model"))
    #expect(y.shape == model.result && graph.diagnostics.isEmpty)
    let variables = graph.snapshot.effects.variables
    #expect(variables.map(\.type.shape.count).reduce(0, +) == model.parameters)
    #expect(variables.allSatisfy { $0.path.hasPrefix("model/") && $0.isTrainable })
    // A second call shares all parameters.
    _ = model.build(graph.input("other", model.shape, model.dtype), graph.scope("model"))
    #expect(graph.snapshot.effects.variables.count == variables.count && graph.diagnostics.isEmpty)
  }

  @Test(arguments: [(0.5, 2), (0, 0)]) func dropoutFollowsEachHiddenLayer(rate: Double, draws: Int) {
    let graph = Graph()
    _ = mlp(graph.input("x", [2, 6]), widths: [5, 4, 3], in: graph.scope("m"), dropping: rate)
    let store = graph.snapshot
    #expect((0..<store.count).count { store.op(of: $0) is RandomUniform } == draws)
  }

  @Test func whatDoesNotFitIsDiagnosedAtTheCallersLine() {
    let graph = Graph()
    let scope = graph.scope("m")
    let image = graph.input("image", [2, 8, 8, 1])
    _ = mlp(image, widths: [], in: scope, file: "App/Main.swift", line: 1)
    _ = cnn(image, in: scope("cnn"), file: "App/Main.swift", line: 2)
    _ = imageSequenceClassifier(image, in: scope, file: "App/Main.swift", line: 3)
    _ = sequenceClassifier(image, in: scope, file: "App/Main.swift", line: 4)
    let tokens = graph.input("tokens", [2, 5], .int32)
    _ = transformerLanguageModel(tokens, vocabulary: 7, context: 4, in: scope, file: "App/Main.swift", line: 5)
    #expect(graph.diagnostics.map { $0.place?.line } == [1, 2, 3, 4, 5])
  }
}
