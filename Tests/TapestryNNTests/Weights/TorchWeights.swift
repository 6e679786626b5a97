import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN

/// The models of Tests/Scripts/torch_weights.py: what PyTorch wrote, the same model here, and the map between them.
enum TorchWeights: String, CaseIterable, Sendable {
  case mlp, cnn, lstm, gru, attention

  /// The path of a file the script wrote.
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/Weights/\(name)")
      .standardizedFileURL.path
  }

  func weights(_ dtype: DType) throws -> ModelState {
    try ModelState(contentsOf: TorchWeights.path("\(rawValue)-\(dtype).safetensors"))
  }

  /// The inputs `x` and PyTorch's `logits`.
  func sample(_ dtype: DType) throws -> [String: NDArray] {
    try NPZ.read(path: TorchWeights.path("\(rawValue)-\(dtype).npz"))
  }

  var map: WeightMap {
    switch self {
    case .mlp: [.dense("fc1", as: "model/hidden"), .dense("fc2", as: "model/logits")]
    case .cnn:
      [
        .convolution2D("features.0", as: "model/first"), .batchNormalization("features.1", as: "model/norm"),
        .convolution2D("features.4", as: "model/second", bias: false),
        .dense("classifier.1", as: "model/hidden", flattening: [2, 3, 6]), .dense("classifier.3", as: "model/logits"),
      ]
    case .lstm: recurrent(.lstm("rnn", as: "model/rnn", layers: 2, bidirectional: true))
    case .gru: recurrent(.gru("rnn", as: "model/rnn", layers: 2, bidirectional: true))
    case .attention:
      [.normalization("norm", as: "model/norm"), .multiHeadAttention("attn", as: "model/attention")]
    }
  }

  private func recurrent(_ layers: WeightMap) -> WeightMap {
    [.embedding("embed", as: "model/embedding"), layers, .dense("head", as: "model/logits")]
  }

  /// The model from `x` to logits, which trains with Adam in training.
  func program(_ x: Input, _ dtype: DType, _ logits: Output) -> Program {
    Program.traced(ProgramOptions(threads: 1)) { t in
      let result = model(t[x], dtype, t.mode, in: t.scope("model"))
      t.report(logits, result)
      if t.mode == .training { t.minimize(mean(result * result), with: .adam()) }
    }
  }

  private func model(_ x: Tensor, _ dtype: DType, _ mode: TracingMode, in scope: Scope) -> Tensor {
    switch self {
    case .mlp: return dense(relu(dense(x, 5, in: scope("hidden"))), 3, in: scope("logits"))
    case .cnn:
      let first = convolution2D(x, 4, kernel: [3, 3], in: scope("first"), padding: .same)
      let pooled = maxPool(relu(batchNormalization(first, in: scope("norm"), mode: mode)), window: [2, 2])
      let second = convolution2D(pooled, 6, kernel: [3, 3], in: scope("second"), groups: 2, bias: false)
      return dense(relu(dense(flatten(relu(second)), 5, in: scope("hidden"))), 3, in: scope("logits"))
    case .lstm, .gru:
      let vectors = embedding(x, of: 9, 4, in: scope("embedding"), dtype: dtype)
      let run =
        self == .lstm
        ? TapestryNN.lstm(vectors, 3, in: scope("rnn"), layers: 2, bidirectional: true)
        : TapestryNN.gru(vectors, 3, in: scope("rnn"), layers: 2, bidirectional: true)
      return dense(run.output, 5, in: scope("logits"))
    case .attention:
      return x + multiHeadAttention(layerNormalization(x, in: scope("norm")), heads: 2, in: scope("attention"))
    }
  }
}
