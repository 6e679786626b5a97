import TapestryCompiler
import TapestryCore
import TapestryGraph

// Models of dense layers.

extension CatalogueModel {
  /// The classifier of the notebook `digits-mlp`.
  static let mlpDigits = classifier(
    "mlp-digits", "digits: 64-128-10, relu, softmax cross-entropy, Adam", batch: 32, [64], .adam(learningRate: 1e-3)
  ) { mlp($0, widths: [128, 10], in: $1("mlp"), weights: .heUniform) }

  /// Images of 28 by 28 in ten classes.
  static let mlpSoftmax = classifier(
    "mlp-softmax", "images: 784-128-10, relu, softmax cross-entropy, Adam", batch: 8, [784], .adam(learningRate: 1e-3)
  ) { mlp($0, widths: [128, 10], in: $1("mlp")) }

  /// The same with one more layer and the plainest optimizer.
  static let mlpSGD = classifier(
    "mlp-sgd", "images: 784-128-64-10, relu, softmax cross-entropy, SGD", batch: 8, [784], .sgd(learningRate: 0.01)
  ) { mlp($0, widths: [128, 64, 10], in: $1("mlp")) }

  /// Measurements in two classes.
  static let mlpTwoClass = twoClassClassifier(
    "mlp-two-class", "two classes: 10-10-10-1, relu, sigmoid cross-entropy, SGD with decay and Nesterov momentum",
    batch: 8, features: 10, .nesterov(learningRate: 0.01).scheduled(.inverseTime(decay: 1e-6))
  ) { mlp($0, widths: [10, 10, 1], in: $1("mlp")) }

  /// A layer normalisation alone, between two products.
  static let layerNorm: CatalogueModel = {
    let x = Input("x", [nil, 64])
    let y = Input("y", [nil, 64])
    return CatalogueModel(
      "layer-norm", "one layer normalisation before a product, squared error, SGD",
      [(x, .sample([32, 64])), (y, NDArray(zeros: [32, 64]))]
    ) { t in
      let scope = t.scope("norm")
      let gain = scope.parameter("gain", [64], .ones)
      let bias = scope.parameter("bias", [64], .zeros)
      let normal = layerNormalization(t[x]) * gain + bias
      let cost = meanSquaredError(dense(normal, 64, in: t.scope("dense")), t[y])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .sgd())
    }
  }()

  /// One layer with gelu.
  static let geluLayer: CatalogueModel = {
    let x = Input("x", [nil, 64])
    let y = Input("y", [nil, 64])
    return CatalogueModel(
      "gelu", "one dense layer with gelu, squared error, SGD with momentum",
      [(x, .sample([32, 64])), (y, NDArray(zeros: [32, 64]))]
    ) { t in
      let cost = meanSquaredError(gelu(dense(t[x], 64, in: t.scope("dense"))), t[y])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .momentum())
    }
  }()

  /// Examples given back through a short code.
  static let autoencoding: CatalogueModel = {
    let x = Input("x", [nil, 784])
    return CatalogueModel(
      "autoencoder", "images: 784-128-32-128-784, relu, squared error, Adam", [(x, .sample([8, 784]))]
    ) { t in
      let cost = meanSquaredError(autoencoder(t[x], in: t.scope("autoencoder")).output, t[x])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()

  /// Examples given back through a code that is drawn at random.
  static let variational: CatalogueModel = {
    let x = Input("x", [nil, 784])
    return CatalogueModel(
      "vae", "images: 784-128-16-128-784, reparametrised codes, evidence lower bound, Adam",
      [(x, .fractions([8, 784]))]
    ) { t in
      let cost = variationalLoss(variationalAutoencoder(t[x], in: t.scope("vae")), t[x])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()
}
