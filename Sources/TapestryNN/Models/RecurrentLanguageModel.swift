public import TapestryCore
public import TapestryGraph

/// What a recurrent language model gives.
public struct LanguageModelResult: Sendable {
  /// After each step the logits of the token that comes next, [batch, steps, vocabulary].
  public let logits: Tensor
  /// The states after the last step: what the next part of the text starts from.
  public let states: RecurrentStates
}

/// A recurrent language model: an embedding, recurrent layers, and a dense layer on every step.
///
/// (A. Graves, Generating Sequences With Recurrent Neural Networks, 2013.) It is trained by `softmaxCrossEntropy` of the
/// logits and the tokens one step later; ``TokenSampler`` draws text from it. Parameters are those of the embedding
/// `embedding`, of the recurrent layers in `recurrent` and of the dense layer `logits` of the scope.
///
/// - Parameters:
///   - tokens: int32 [batch, steps], each in `0 ..< vocabulary`.
///   - vocabulary: how many tokens there are.
///   - features: the extent of a token's vector.
///   - kind: the recurrent layer.
///   - units: the extent of its hidden state.
///   - layers: how many layers follow one another.
///   - initial: the states to start from; zeros by default.
///   - scope: where the parameters live; the same scope shares them.
///   - rate: the share of vectors and outputs that is dropped; give 0 in evaluation.
///   - dtype: the float type of the parameters.
public func recurrentLanguageModel(
  _ tokens: Tensor, vocabulary: Int, embedding features: Int = 128, _ kind: RecurrentKind = .lstm, units: Int = 128,
  layers: Int = 2, initial: RecurrentStates? = nil, in scope: Scope, dropping rate: Double = 0,
  dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> LanguageModelResult {
  tokens.graph.located(file, line) {
    let vectors = embedding(tokens, of: vocabulary, features, in: scope("embedding"), dtype: dtype)
    let result = kind(
      dropout(vectors, rate: rate, from: scope), units, in: scope("recurrent"), layers: layers,
      initial: initial, file: file, line: line)
    let logits = dense(dropout(result.output, rate: rate, from: scope), vocabulary, in: scope("logits"))
    return LanguageModelResult(logits: logits, states: result.states)
  }
}
