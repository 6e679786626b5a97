import TapestryCompiler
import TapestryCore
import TapestryGraph

// Models beyond dense layers: windows over images, steps over time.

extension CatalogueModel {
  /// Images through three convolutions.
  static let convolutional = classifier(
    "cnn", "images 28x28: 3x3 convolutions of 32, 64, 64, max pool between, dense 64-10, softmax cross-entropy, Adam",
    batch: 2, [28, 28, 1], .adam(learningRate: 1e-3)
  ) { cnn($0, in: $1("cnn")) }

  /// Images in colour through two convolutions.
  static let lenet = classifier(
    "lenet", "images 32x32x3: 5x5 convolutions of 6, 16, each with max pool, dense 120-84-10, SGD with momentum",
    batch: 2, [32, 32, 3], .momentum(learningRate: 0.001)
  ) { leNet($0, in: $1("lenet")) }

  /// Tokens through two layers of the plainest cell.
  static let rnn = classifier(
    "rnn", "tokens: embedding 28x128, two tanh layers of 128 in scans, dense 10 on the last step, Adam",
    batch: 2, [6], tokens: 28, .adam(learningRate: 1e-3)
  ) { tokenClassifier($0, vocabulary: 28, in: $1("rnn")) }

  /// The rows of images as steps.
  static let lstmRows = classifier(
    "lstm", "rows of 28: one LSTM of 128 in a scan, dense 10 on the last step, Adam", batch: 2, [6, 28],
    .adam(learningRate: 1e-3)
  ) { sequenceClassifier($0, in: $1("lstm")) }

  /// The rows of images, from both ends.
  static let bidirectionalGRU = classifier(
    "bigru", "rows of 28: a GRU of 64 in each direction, dense 10 on both ends, Adam", batch: 2, [6, 28],
    .adam(learningRate: 1e-3)
  ) { sequenceClassifier($0, .gru, units: 64, bidirectional: true, in: $1("gru")) }

  /// Images one after the other.
  static let convolutionalLSTM = classifier(
    "cnn-lstm", "sequences of images 16x16: 3x3 convolutions of 16, 32, each with max pool, LSTM of 64, dense 10, Adam",
    batch: 2, [3, 16, 16, 1], .adam(learningRate: 1e-3)
  ) { imageSequenceClassifier($0, in: $1("frames")) }

  /// Text, character by character.
  static let characterLSTM = languageModel(
    "char-lstm", "characters: embedding 65x128, two LSTM layers of 128 in scans, dense 65 on every step, Adam",
    vocabulary: 65, [2, 4]
  ) { recurrentLanguageModel($0, vocabulary: 65, in: $1("model")).logits }

  /// Text through attention.
  static let transformer = languageModel(
    "transformer", "characters: a decoder of two blocks of 64 features and 4 heads, gelu, dense 65 on every step, Adam",
    vocabulary: 65, [2, 8]
  ) { transformerLanguageModel($0, vocabulary: 65, context: 32, in: $1("model")) }

  /// A sequence that becomes another.
  static let translator: CatalogueModel = {
    let source = Input("source", [nil, nil], .int32)
    let given = Input("given", [nil, nil], .int32)
    let wanted = Input("wanted", [nil, nil], .int32)
    return CatalogueModel(
      "seq2seq", "tokens to tokens: GRU encoder and decoder of 64, dot-product attention, teacher forcing, Adam",
      [(source, .tokens([2, 5], of: 20)), (given, .tokens([2, 4], of: 20)), (wanted, .tokens([2, 4], of: 20))]
    ) { t in
      let logits = sequenceToSequence(
        t[source], t[given], vocabulary: 20, targets: 20, in: t.scope("translator"))
      let cost = softmaxCrossEntropy(logits, t[wanted])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()
}
