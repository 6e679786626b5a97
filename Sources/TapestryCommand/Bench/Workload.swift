import TapestryCompiler
package import TapestryCore
import TapestryGraph
package import TapestryNN

// The models whose training step is timed: one step is forward, gradients and update, with its feeds taken in and its
// losses handed out. They are the public model functions at sizes that other systems have been measured with; nothing
// tells them from any other program.

/// The programs that `tapestry bench` times.
package struct Workload {
  /// Every workload, in the order they are run.
  package static let all = models(.float32)

  /// Every workload with parameters and features of a float type.
  package static func models(_ dtype: DType) -> [CatalogueModel] { Workload(dtype: dtype).models }

  private let dtype: DType

  private var models: [CatalogueModel] {
    dense + [cnn(batch: 32), cnn(batch: 128), lenet] + recurrent + adversarial + [fuse]
  }

  private let adam = Optimizer.adam(learningRate: 1e-3)

  private init(dtype: DType) { self.dtype = dtype }

  private var dense: [CatalogueModel] {
    [
      .classifier("mlp32", "784-128-10, batch 32, Adam", batch: 32, [784], adam, dtype: dtype) {
        mlp($0, widths: [128, 10], in: $1("mlp"))
      },
      .classifier(
        "mlp_sgd", "784-128-64-10, batch 64, SGD", batch: 64, [784], .sgd(learningRate: 0.01), dtype: dtype
      ) { mlp($0, widths: [128, 64, 10], in: $1("mlp")) },
      .twoClassClassifier(
        "mlp_tiny", "10-10-10-1, batch 32, Nesterov momentum", batch: 32, features: 10, .nesterov(learningRate: 0.01),
        dtype: dtype
      ) { mlp($0, widths: [10, 10, 1], in: $1("mlp")) },
      .classifier("mlp_big", "784-1024-1024-10, batch 256, Adam", batch: 256, [784], adam, dtype: dtype) {
        mlp($0, widths: [1024, 1024, 10], in: $1("mlp"))
      },
    ]
  }

  private func cnn(batch: Int) -> CatalogueModel {
    .classifier(
      "cnn\(batch)", "28x28: 3x3 convolutions of 32, 64, 64, dense 64-10, batch \(batch), Adam", batch: batch,
      [28, 28, 1], adam, dtype: dtype
    ) { TapestryNN.cnn($0, in: $1("cnn")) }
  }

  private var lenet: CatalogueModel {
    .classifier(
      "lenet", "32x32x3: 5x5 convolutions of 6, 16, dense 120-84-10, batch 32, SGD with momentum", batch: 32,
      [32, 32, 3], .momentum(learningRate: 0.001), dtype: dtype
    ) { leNet($0, in: $1("lenet")) }
  }

  private var recurrent: [CatalogueModel] {
    [
      .classifier(
        "rnn", "embedding 28x128, two tanh layers of 128 over 28 steps, batch 32, Adam", batch: 32, [28], tokens: 28,
        adam
      ) { [dtype] in tokenClassifier($0, vocabulary: 28, in: $1("rnn"), dtype: dtype) },
      .classifier(
        "lstm", "one LSTM of 128 over 28 steps of 28, batch 32, Adam", batch: 32, [28, 28], adam, dtype: dtype
      ) { sequenceClassifier($0, in: $1("lstm")) },
      .languageModel(
        "charlstm", "embedding 65x128, two LSTM layers of 128 over 50 steps, dense 65, batch 50, Adam", vocabulary: 65,
        [50, 50]
      ) { [dtype] in recurrentLanguageModel($0, vocabulary: 65, in: $1("model"), dtype: dtype).logits },
    ]
  }

  private var adversarial: [CatalogueModel] {
    [
      .adversarial(
        "gan_mlp", "generator 64-256-512-784, discriminator 784-512-256-1, batch 64, two Adams", real: [64, 784],
        noise: [64, 64], dtype: dtype
      ) { t, real, noise in
        let (d, g) = (t.scope("discriminator"), t.scope("generator"))
        let fake = mlpGenerator(noise, in: g)
        return t.minimizeInTurn(real: real, fake: fake, generator: g, discriminator: d) { mlpDiscriminator($0, in: d) }
      },
      .adversarial(
        "gan_dc", "28x28: transposed convolutions against convolutions, batch normalisation, batch 32, two Adams",
        real: [32, 28, 28, 1], noise: [32, 64], dtype: dtype
      ) { t, real, noise in
        let (d, g) = (t.scope("discriminator"), t.scope("generator"))
        // With the biases that the normalisations take out again, as the other systems have them.
        let fake = dcganGenerator(noise, bias: true, in: g, mode: t.mode)
        return t.minimizeInTurn(real: real, fake: fake, generator: g, discriminator: d) {
          dcganDiscriminator($0, bias: true, in: d, mode: t.mode)
        }
      },
    ]
  }

  /// No model: one expression with its gradient, which stays in the state.
  private var fuse: CatalogueModel {
    CatalogueModel(
      "fuse", "value and gradient in x of sum(tanh(x*w + 0.5) * sigmoid(x - w) + exp(-x*x)), 2^20 elements", []
    ) { [dtype] t in
      let scope = t.scope("fuse")
      let (shape, start): (Shape, Initializer) = ([1 << 20], .uniform(0...1))
      let x = scope.parameter("x", shape, start, dtype: dtype)
      let w = scope.state("w", shape, start, dtype: dtype)
      let value = sum(tanh(x * w + 0.5) * sigmoid(x - w) + exp(-x * x))
      t.report(Output("value"), value)
      _ = scope.state("gradient", shape, dtype: dtype)
      scope.assign("gradient", gradient(of: value, in: x))
    }
  }
}
