import Tapestry

/// What the programs take and report.
nonisolated enum Model {
  /// How many numbers the generator makes an image of.
  static let noise = 32

  static let images = Input("images", [nil, 64])
  static let labels = Input("labels", [nil], .int32)

  static let loss = Output("loss")
  static let discriminatorLoss = Output("discriminator loss")
  static let generatorLoss = Output("generator loss")
  static let samples = Output("samples")
  static let probabilities = Output("probabilities")
}

/// Ten logits for each image, pixels in 0...1.
nonisolated func classifier(_ images: Tensor, in scope: Scope) -> Tensor { mlp(images, widths: [128, 10], in: scope) }

/// One step of the classifier.
nonisolated func classifierProgram(_ options: ProgramOptions) -> Program {
  Program.traced(options) { t in
    let cost = softmaxCrossEntropy(classifier(t[Model.images], in: t.scope("classifier")), t[Model.labels])
    t.report(Model.loss, cost)
    t.minimize(cost, with: .adam(learningRate: 1e-3))
  }
}

/// What the classifier takes given images for.
nonisolated func recognitionProgram(_ options: ProgramOptions) -> Program {
  Program.traced(options) { t in
    t.report(Model.probabilities, softmax(classifier(t[Model.images], in: t.scope("classifier"))))
  }
}
