import TapestryCompiler
import TapestryCore
import TapestryGraph

// Models beyond dense layers: windows over images, steps over time, two players.

extension CatalogueModel {
  /// Images through two convolutions.
  static let cnn: CatalogueModel = {
    let images = Input("images", [nil, 28, 28, 1])
    let labels = Input("labels", [nil], .int32)
    return CatalogueModel(
      "cnn", "images 28x28: (convolution, relu, max pool) twice, dense, softmax cross-entropy, Adam",
      [(images, .sample([2, 28, 28, 1])), (labels, .labels(2, of: 10))]
    ) { t in
      @Sendable func block(_ x: Tensor, _ channels: Int, in scope: Scope) -> Tensor {
        let filter = scope.parameter("filter", [3, 3, x.extent(-1), channels], .heUniform)
        let bias = scope.parameter("bias", [channels], .zeros)
        return maxPool(relu(convolution(x, filter, padding: .same) + bias), window: [2, 2])
      }
      let scope = t.scope("cnn")
      let first = block(t[images], 8, in: scope("first"))
      let second = block(first, 16, in: scope("second"))
      let logits = dense(flatten(second), 10, in: scope("logits"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(Output("loss"), cost)
      t.report(Output("accuracy"), accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()

  /// Sequences through one cell, step by step.
  static let rnn: CatalogueModel = {
    let sequence = Input("sequence", [20, nil, 8])
    let labels = Input("labels", [nil], .int32)
    return CatalogueModel(
      "rnn", "sequences of 20 steps: a tanh cell in a scan, dense, softmax cross-entropy, Adam",
      [(sequence, .sample([20, 16, 8])), (labels, .labels(16, of: 4))]
    ) { t in
      let x = t[sequence]
      let cell = t.scope("cell")
      let start = t.graph.constant(0).broadcast(to: [x.extent(1), 32])
      let last = scan(over: [x], from: [start]) { step in
        let state = tanh(
          dense(step.inputs[0], 32, in: cell("input")) + dense(step.carries[0], 32, in: cell("state"), bias: false))
        return ([state], [])
      }.carries[0]
      let logits = dense(last, 4, in: t.scope("logits"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(Output("loss"), cost)
      t.report(Output("accuracy"), accuracy(logits, t[labels]))
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }()

  /// Two players in one program; the generator meets the discriminator after its step.
  static let gan: CatalogueModel = {
    let real = Input("real", [nil, 2])
    let noise = Input("noise", [nil, 8])
    return CatalogueModel(
      "gan", "generator 8-32-2 against discriminator 2-32-1: two losses and two Adam steps in one program",
      [(real, .sample([32, 2])), (noise, .sample([32, 8]))]
    ) { t in
      @Sendable func player(_ x: Tensor, _ units: Int, in scope: Scope) -> Tensor {
        dense(leakyRelu(dense(x, 32, in: scope("hidden"))), units, in: scope("out"))
      }
      let (d, g) = (t.scope("discriminator"), t.scope("generator"))
      let fake = player(t[noise], 2, in: g)
      let judged = player(stopGradient(fake), 1, in: d)
      let dLoss = mean(softplus(-player(t[real], 1, in: d))) + mean(softplus(judged))
      t.report(Output("discriminator loss"), dLoss)
      t.minimize(dLoss, over: d, with: .adam(learningRate: 2e-4, beta1: 0.5))
      let gLoss = mean(softplus(-player(fake, 1, in: d)))
      t.report(Output("generator loss"), gLoss)
      t.minimize(gLoss, over: g, with: .adam(learningRate: 2e-4, beta1: 0.5))
    }
  }()
}
