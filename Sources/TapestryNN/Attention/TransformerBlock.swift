import TapestryCore
public import TapestryGraph

// With x the sequence, A attention, F two dense layers with an activation between, and N layer normalisations:
//
//     before (the default)     x ← x + A(N(x))       x ← x + F(N(x))
//     after                    x ← N(x + A(x))       x ← N(x + F(x))
//
// The second is the paper's and PyTorch's default (`norm_first=False`); the first trains without warm-up.
// Sources: A. Vaswani et al., Attention Is All You Need, 2017; R. Xiong et al., On Layer Normalization in the
// Transformer Architecture, 2020.

/// Where the layer normalisations of a transformer block are.
public enum NormalizationPlace: Hashable, Sendable {
  /// Before attention and before the dense layers.
  case before
  /// After each is added to the sequence.
  case after
}

/// A block of a transformer: attention of a sequence to itself, then two dense layers at each place.
///
/// Parameters, of the scope: the layers of ``multiHeadAttention(_:memory:heads:in:mask:causal:bias:weights:file:line:)``
/// in `attention`, the dense layers `hidden` [features, hidden] and `output` [hidden, features], and the normalisations
/// `attentionNorm` and `hiddenNorm`.
///
/// - Parameters:
///   - x: [batch, places, features], float.
///   - heads: a divisor of the features.
///   - hidden: the units between the two dense layers; four times the features is usual.
///   - scope: where the parameters live.
///   - mask: bool [batch, places], true where a place counts.
///   - causal: whether a place sees only itself and those before it, as in a language model.
///   - normalization: where the layer normalisations are.
///   - rate: the share of what is added to the sequence that is dropped; give 0 in evaluation.
///   - activation: what is between the dense layers.
/// - Returns: the shape of `x`.
public func transformerBlock(
  _ x: Tensor, heads: Int, hidden: Int, in scope: Scope, mask: Tensor? = nil, causal: Bool = false,
  normalization: NormalizationPlace = .before, dropping rate: Double = 0, file: StaticString = #fileID,
  line: UInt = #line, activation: (Tensor) -> Tensor = { gelu($0) }
) -> Tensor {
  if x.isPoisoned { return x }
  return x.graph.located(file, line) {
    func adding(_ x: Tensor, _ norm: String, _ part: (Tensor) -> Tensor) -> Tensor {
      let normal = { (x: Tensor) in layerNormalization(x, in: scope(norm)) }
      let added = { (y: Tensor) in x + dropout(y, rate: rate, from: scope) }
      return normalization == .before ? added(part(normal(x))) : normal(added(part(x)))
    }
    let attended = adding(x, "attentionNorm") {
      multiHeadAttention($0, heads: heads, in: scope("attention"), mask: mask, causal: causal)
    }
    return adding(attended, "hiddenNorm") {
      dense(activation(dense($0, hidden, in: scope("hidden"))), x.extent(-1), in: scope("output"))
    }
  }
}
