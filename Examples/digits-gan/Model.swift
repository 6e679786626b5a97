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

/// Images made of normal noise, pixels in (-1, 1).
nonisolated func generated(_ count: Int, in scope: Scope) -> Tensor {
  let noise = randomNormal([count, Model.noise], from: scope)
  return mlpGenerator(noise, outputs: 64, hidden: [128, 256], in: scope)
}

/// Ten logits for each image, pixels in 0...1.
nonisolated func classifier(_ images: Tensor, in scope: Scope) -> Tensor { mlp(images, widths: [128, 10], in: scope) }

/// One step of both players: two losses, two optimizers, two updates.
nonisolated func gameProgram() -> Program {
  Program.traced { t in
    let (d, g) = (t.scope("discriminator"), t.scope("generator"))
    let real = t[Model.images] * 2 - 1
    let fake = generated(real.extent(0), in: g)
    func judge(_ images: Tensor) -> Tensor { mlpDiscriminator(images, hidden: [256, 128], in: d) }

    let judged = discriminatorLoss(real: judge(real), fake: judge(stopGradient(fake)))
    t.minimize(judged, over: d, with: .adam(learningRate: 2e-4, beta1: 0.5))

    let made = generatorLoss(fake: judge(fake))  // traced after the update: this is the updated discriminator
    t.minimize(made, over: g, with: .adam(learningRate: 4e-4, beta1: 0.5))

    t.report(Model.discriminatorLoss, judged)
    t.report(Model.generatorLoss, made)
  }
}

/// One step of the classifier.
nonisolated func classifierProgram() -> Program {
  Program.traced { t in
    let cost = softmaxCrossEntropy(classifier(t[Model.images], in: t.scope("classifier")), t[Model.labels])
    t.report(Model.loss, cost)
    t.minimize(cost, with: .adam(learningRate: 1e-3))
  }
}

/// Images out of the generator, and what the classifier takes them for. It runs on a state that holds both.
nonisolated func samplingProgram(_ count: Int) -> Program {
  Program.traced { t in
    let images = (generated(count, in: t.scope("generator")) + 1) / 2
    t.report(Model.samples, images)
    t.report(Model.probabilities, softmax(classifier(images, in: t.scope("classifier"))))
  }
}

/// What the classifier takes given images for.
nonisolated func recognitionProgram() -> Program {
  Program.traced { t in
    t.report(Model.probabilities, softmax(classifier(t[Model.images], in: t.scope("classifier"))))
  }
}
