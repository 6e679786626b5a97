import TapestryCore
public import TapestryGraph

/// A class drawn for each example with the probabilities `softmax(logits / temperature)`.
///
/// The class is the largest of `logits + temperature g`, with g from Gumbel's distribution, which draws with these very
/// probabilities (E. Gumbel, Statistical Theory of Extreme Values and Some Practical Applications, 1954). So a temperature
/// of 0 is legal: it gives the likeliest class.
///
/// - Parameters:
///   - logits: [..., classes], float.
///   - temperature: a scalar of that type, 0 or more: below 1 the likely classes become likelier.
///   - scope: whose random stream the draw is from.
/// - Returns: int32 [...].
public func drawCategorical(
  _ logits: Tensor, temperature: Tensor, from scope: Scope, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if logits.isPoisoned { return logits }
  return logits.graph.located(file, line) {
    // A draw of 0 has no logarithm that a temperature of 0 could cancel.
    let uniform = maximum(randomUniform(logits.shape, logits.dtype, from: scope), 0x1p-25)
    return argMax(logits - temperature * log(-log(uniform)))
  }
}
