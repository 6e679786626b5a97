import TapestryCompiler
package import TapestryCore
package import TapestryGraph

// What entries of the catalogue have in common: kinds of training programs, and sample arrays.

extension CatalogueModel {
  /// A classifier of ten classes and its training.
  ///
  /// - Parameters:
  ///   - example: the shape of one example.
  ///   - vocabulary: how many tokens there are, where an example is a sequence of tokens.
  ///   - dtype: the type of examples that are no tokens.
  ///   - model: from a batch of examples and the scope at the top, logits.
  package static func classifier(
    _ name: String, _ summary: String, batch: Int, _ example: [Int], tokens vocabulary: Int? = nil,
    _ optimizer: Optimizer, dtype: DType = .float32, _ model: @escaping @Sendable (Tensor, Scope) -> Tensor
  ) -> CatalogueModel {
    let examples = Input("examples", [nil] + example, vocabulary == nil ? dtype : .int32)
    let labels = Input("labels", [nil], .int32)
    let shape = Shape([batch] + example)
    let array = vocabulary.map { NDArray.tokens(shape, of: $0) } ?? .sample(shape, dtype)
    return CatalogueModel(name, summary, [(examples, array), (labels, .tokens([batch], of: 10))]) { t in
      let cost = softmaxCrossEntropy(model(t[examples], t.scope("")), t[labels])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: optimizer)
    }
  }

  /// A classifier of two classes by one logit, and its training.
  ///
  /// - Parameters:
  ///   - features: how many numbers an example has.
  ///   - dtype: their type.
  ///   - model: from a batch of examples and the scope at the top, logits [batch, 1].
  package static func twoClassClassifier(
    _ name: String, _ summary: String, batch: Int, features: Int, _ optimizer: Optimizer, dtype: DType = .float32,
    _ model: @escaping @Sendable (Tensor, Scope) -> Tensor
  ) -> CatalogueModel {
    let examples = Input("examples", [nil, features], dtype)
    let targets = Input("targets", [nil, 1], dtype)
    let classes = NDArray([batch, 1], dtype) { Double($0 % 2) }
    return CatalogueModel(name, summary, [(examples, .sample([batch, features], dtype)), (targets, classes)]) { t in
      let cost = sigmoidCrossEntropy(model(t[examples], t.scope("")), t[targets])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: optimizer)
    }
  }

  /// A language model and its training.
  ///
  /// - Parameters:
  ///   - shape: batch and steps of the sample.
  ///   - model: from tokens and the scope at the top, the logits of each next token.
  package static func languageModel(
    _ name: String, _ summary: String, vocabulary: Int, _ shape: Shape,
    _ model: @escaping @Sendable (Tensor, Scope) -> Tensor
  ) -> CatalogueModel {
    let tokens = Input("tokens", [nil, nil], .int32)
    let next = Input("next", [nil, nil], .int32)
    let array = NDArray.tokens(shape, of: vocabulary)
    return CatalogueModel(name, summary, [(tokens, array), (next, array)]) { t in
      let cost = softmaxCrossEntropy(model(t[tokens], t.scope("")), t[next])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .adam(learningRate: 1e-3))
    }
  }
}

extension NDArray {
  /// Numbers spread over [-1, 1), the same in every run.
  static func sample(_ shape: Shape, _ dtype: DType = .float32) -> NDArray {
    uniform(TensorType(dtype, shape), RandomStream(seed: 1, name: "catalogue"), bound: 1)
  }

  /// Numbers spread over [0, 1), the same in every run.
  static func fractions(_ shape: Shape) -> NDArray {
    let stream = RandomStream(seed: 1, name: "catalogue")
    return NDArray(shape, .float32) { stream.uniform(at: $0) }
  }

  /// Indices 0, 1, ... below a count, over and over.
  static func tokens(_ shape: Shape, of count: Int) -> NDArray {
    NDArray(shape, .int32) { Double($0 % count) }
  }
}
