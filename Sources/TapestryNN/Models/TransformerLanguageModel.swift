public import TapestryCore
public import TapestryGraph

/// A decoder-only transformer: vectors of tokens and places, blocks in which a token sees itself and those before it,
/// a layer normalisation, and a dense layer on every step.
///
/// (A. Radford et al., Language Models are Unsupervised Multitask Learners, 2019: normalisations before each part, gelu
/// between the dense layers.) It is trained by `softmaxCrossEntropy` of the logits and the tokens one step later;
/// ``TokenSampler`` draws text from it. Parameters, of the scope: the embedding `embedding`, the table of places
/// `position`, the blocks `block0`, `block1`, ..., the normalisation `norm`, the dense layer `logits` without bias.
///
/// - Parameters:
///   - tokens: int32 [batch, steps], each in `0 ..< vocabulary`, with no more steps than `context`.
///   - vocabulary: how many tokens there are.
///   - context: how many places there are vectors for; fewer than the steps is a diagnostic.
///   - features: the extent of a vector.
///   - heads: a divisor of the features.
///   - hidden: the units inside a block; four times the features by default.
///   - layers: how many blocks follow one another.
///   - scope: where the parameters live; the same scope shares them.
///   - rate: the share that is dropped of the vectors and of what a block adds; give 0 in evaluation.
///   - dtype: the float type of the parameters.
/// - Returns: after each step the logits of the token that comes next, [batch, steps, vocabulary].
public func transformerLanguageModel(
  _ tokens: Tensor, vocabulary: Int, context: Int, features: Int = 64, heads: Int = 4, hidden: Int? = nil,
  layers: Int = 2, in scope: Scope, dropping rate: Double = 0, dtype: DType = .float32,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  tokens.graph.located(file, line) {
    let start = Initializer.normal(deviation: 0.02)
    let vectors = embedding(tokens, of: vocabulary, features, in: scope("embedding"), dtype: dtype, weights: start)
    var x = dropout(learnedPositions(vectors, of: context, in: scope, file: file, line: line), rate: rate, from: scope)
    for layer in 0..<layers {
      x = transformerBlock(
        x, heads: heads, hidden: hidden ?? 4 * features, in: scope("block\(layer)"), causal: true, dropping: rate)
    }
    return dense(layerNormalization(x, in: scope("norm")), vocabulary, in: scope("logits"), bias: false, weights: start)
  }
}
