import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// A model of the catalogue at the sizes of its case in `Tests/Scripts/reference_models.py`.
struct SmallModel: Sendable, CustomTestStringConvertible {
  typealias Build = @Sendable (_ inputs: [String: Tensor], _ scope: Scope, _ dtype: DType) -> [String: Tensor]

  let name: String
  let family: String
  let optimizer: Optimizer
  /// The outputs by name, the loss among them.
  let build: Build

  var testDescription: String { name }

  private static let adam = Optimizer.adam(learningRate: 1e-3)

  /// A classifier of `x` by `labels`.
  private static func classifier(
    _ name: String, in family: String, _ optimizer: Optimizer = adam,
    _ logits: @escaping @Sendable (_ x: Tensor, _ scope: Scope, _ dtype: DType) -> Tensor
  ) -> SmallModel {
    SmallModel(name: name, family: family, optimizer: optimizer) { inputs, scope, dtype in
      guard let x = inputs["x"], let labels = inputs["labels"] else { return [:] }
      let logits = logits(x, scope, dtype)
      return ["logits": logits, "loss": softmaxCrossEntropy(logits, labels)]
    }
  }

  static let all: [SmallModel] = forward + sequences

  private static let forward: [SmallModel] = [
    classifier("mlp-softmax", in: "models") { x, scope, _ in mlp(x, widths: [5, 3], in: scope) },
    classifier("mlp-sgd", in: "models", .sgd(learningRate: 0.01)) { x, scope, _ in
      mlp(x, widths: [5, 4, 3], in: scope)
    },
    SmallModel(
      name: "mlp-two-class", family: "models",
      optimizer: .nesterov(learningRate: 0.01).scheduled(.inverseTime(decay: 1e-6))
    ) { inputs, scope, _ in
      guard let x = inputs["x"], let targets = inputs["targets"] else { return [:] }
      let logits = mlp(x, widths: [4, 4, 1], in: scope)
      return ["logits": logits, "loss": sigmoidCrossEntropy(logits, targets)]
    },
    classifier("cnn", in: "models") { x, scope, _ in
      cnn(x, filters: [2, 2, 3], hidden: [4], classes: 3, in: scope)
    },
    classifier("lenet", in: "models", .momentum(learningRate: 0.001)) { x, scope, _ in
      leNet(x, filters: [2, 2], hidden: [5, 4], classes: 3, in: scope)
    },
    SmallModel(name: "autoencoder", family: "models", optimizer: adam) { inputs, scope, _ in
      guard let x = inputs["x"] else { return [:] }
      let result = autoencoder(x, widths: [4, 2], in: scope)
      return ["code": result.code, "output": result.output, "loss": meanSquaredError(result.output, x)]
    },
    SmallModel(name: "vae", family: "models", optimizer: adam) { inputs, scope, _ in
      guard let x = inputs["x"] else { return [:] }
      let result = variationalAutoencoder(x, widths: [4], code: 2, noise: inputs["noise"], in: scope)
      return [
        "mean": result.mean, "logVariance": result.logVariance, "code": result.code, "logits": result.logits,
        "loss": variationalLoss(result, x),
      ]
    },
  ]

  private static let sequences: [SmallModel] = [
    classifier("rnn", in: "models-sequences") { x, scope, dtype in
      tokenClassifier(x, vocabulary: 5, embedding: 3, units: 3, classes: 3, in: scope, dtype: dtype)
    },
    classifier("lstm", in: "models-sequences") { x, scope, _ in
      sequenceClassifier(x, units: 2, classes: 3, in: scope)
    },
    classifier("bigru", in: "models-sequences") { x, scope, _ in
      sequenceClassifier(x, .gru, units: 2, bidirectional: true, classes: 3, in: scope)
    },
    classifier("char-lstm", in: "models-sequences") { x, scope, dtype in
      recurrentLanguageModel(x, vocabulary: 5, embedding: 3, units: 2, in: scope, dtype: dtype).logits
    },
    classifier("cnn-lstm", in: "models-sequences") { x, scope, _ in
      imageSequenceClassifier(x, filters: [2], units: 2, classes: 3, in: scope)
    },
    SmallModel(name: "seq2seq", family: "models-sequences", optimizer: adam) { inputs, scope, dtype in
      guard let x = inputs["x"], let given = inputs["given"], let labels = inputs["labels"] else { return [:] }
      let logits = sequenceToSequence(
        x, given, vocabulary: 4, targets: 5, embedding: 3, units: 2, in: scope, mask: inputs["mask"], dtype: dtype)
      return ["logits": logits, "loss": softmaxCrossEntropy(logits, labels)]
    },
    classifier("transformer", in: "models-sequences") { x, scope, dtype in
      transformerLanguageModel(
        x, vocabulary: 5, context: 5, features: 4, heads: 2, hidden: 6, layers: 1, in: scope, dtype: dtype)
    },
  ]
}
