import TapestryCompiler
import TapestryCore
import TapestryGraph

// Models of dense layers.

extension CatalogueModel {
  /// The classifier of the notebook `digits-mlp`.
  static let mlpDigits: CatalogueModel = {
    let images = Input("images", [nil, 64])
    let labels = Input("labels", [nil], .int32)
    return CatalogueModel(
      "mlp-digits", "digits: 64-128-10, softmax cross-entropy, Adam",
      [(images, .sample([32, 64])), (labels, .labels(32, of: 10))]
    ) { t in
      let mlp = t.scope("mlp")
      let hidden = relu(dense(t[images], 128, in: mlp("hidden"), weights: .heUniform))
      let logits = dense(hidden, 10, in: mlp("logits"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(Output("loss"), cost)
      t.report(Output("accuracy"), accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()

  /// Points of the plane in two classes.
  static let mlpTwoClass: CatalogueModel = {
    let points = Input("points", [nil, 2])
    let targets = Input("targets", [nil, 1])
    return CatalogueModel(
      "mlp-two-class", "points in two classes: 2-16-16-1, sigmoid cross-entropy, Nesterov momentum",
      [(points, .sample([64, 2])), (targets, NDArray(repeating: 1, [64, 1]))]
    ) { t in
      let mlp = t.scope("mlp")
      let first = tanh(dense(t[points], 16, in: mlp("first")))
      let second = tanh(dense(first, 16, in: mlp("second")))
      let cost = sigmoidCrossEntropy(dense(second, 1, in: mlp("logit")), t[targets])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .nesterov(learningRate: 0.1))
    }
  }()

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
}
