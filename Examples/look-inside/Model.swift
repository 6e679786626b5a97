import Tapestry

/// What the programs take and report.
nonisolated enum Model {
  static let images = Input("images", [nil, 8, 8, 1])
  static let labels = Input("labels", [nil], .int32)
  static let loss = Output("loss")
  static let hits = Output("accuracy")
  static let scores = Output("scores")
  static let slopes = Output("slopes")
  static let maps = Output("maps")
  static let canvas = Output("canvas")
}

/// Two convolutions and two dense layers. The last convolution's maps are given, too: they still know where things are.
nonisolated func classifier(_ images: Tensor, in scope: Scope) -> (maps: Tensor, logits: Tensor) {
  let first = relu(
    convolution2D(images, 12, kernel: [3, 3], in: scope("first"), padding: .same, weights: .heUniform))
  let pooled = maxPool(first, window: [2, 2])
  let maps = relu(
    convolution2D(pooled, 24, kernel: [3, 3], in: scope("second"), padding: .same, weights: .heUniform))
  let hidden = relu(dense(flatten(maps), 48, in: scope("hidden"), weights: .heUniform))
  return (maps, dense(hidden, 10, in: scope("logits")))
}

/// One step of training.
nonisolated let training = Program.traced { t in
  let logits = classifier(t[Model.images], in: t.scope("cnn")).logits
  let cost = softmaxCrossEntropy(logits, t[Model.labels])
  t.report(Model.loss, cost)
  t.report(Model.hits, accuracy(logits, t[Model.labels]))
  t.minimize(cost, with: .adam(learningRate: 2e-3))
}

/// For each image the logit of its label, its slope in every pixel, and the maps weighted by their slopes (Grad-CAM, R.
/// Selvaraju et al., 2017).
nonisolated let looking = Program.traced { t in
  let images = t[Model.images]
  let (maps, logits) = classifier(images, in: t.scope("cnn"))
  let chosen = sum(logits * oneHot(t[Model.labels], count: 10), over: [1])
  let slopes = gradients(of: sum(chosen), in: [images, maps])
  let weights = mean(slopes[1], over: [1, 2], keepingAxes: true)
  t.report(Model.scores, chosen)
  t.report(Model.slopes, slopes[0])
  t.report(Model.maps, relu(sum(maps * weights, over: [3])))
}

/// One step towards the image that each class likes most: the pixels are trained and the classifier is not.
nonisolated let dreaming = Program.traced { t in
  let pixels = t.scope("canvas").parameter("pixels", [10, 8, 8, 1], .normal(deviation: 0.1))
  let canvas = sigmoid(pixels)
  let logits = classifier(canvas, in: t.scope("cnn")).logits
  let wanted = softmaxCrossEntropy(logits, t[Model.labels])
  let ink = mean(canvas)
  t.report(Model.canvas, canvas)
  t.report(Model.loss, wanted)
  t.minimize(wanted + ink, over: t.scope("canvas"), with: .adam(learningRate: 0.1))
}
