import Tapestry

/// What the model takes, beside the images, and reports.
nonisolated enum Model {
  static let labels = Input("labels", [nil], .int32)
  static let loss = Output("loss")
  static let hits = Output("accuracy")
}

/// Two layers: the pixels, 128 hidden units, 10 classes.
nonisolated func classifier(_ images: Tensor, in scope: Scope) -> Tensor {
  let hidden = relu(dense(images, 128, in: scope("hidden"), weights: .heUniform))
  return dense(hidden, 10, in: scope("logits"))
}
