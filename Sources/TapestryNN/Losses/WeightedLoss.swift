import TapestryCore
public import TapestryGraph

/// The mean of losses in which each counts as much as its weight: `sum of w loss / sum of w`.
///
/// The losses are those of `reduction: .none`. Masks and weights of classes are arguments of the losses themselves; this
/// is for weights of examples, Keras's `sample_weight` (whose mean divides by the number of examples instead). With
/// weights that are all 0 it is 0.
///
/// - Parameters:
///   - losses: any shape, float.
///   - weights: of that type, 0 or more; they broadcast to the losses.
public func weightedMean(
  _ losses: Tensor, _ weights: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard losses.takes(weights, as: "tensor of weights", for: "weightedMean", file, line) else {
    return Tensor(losses.graph, .poison)
  }
  return losses.graph.located(file, line) {
    let wide = weights.shape == losses.shape ? weights : weights.broadcast(to: losses.shape)
    return LossReduction.mean(losses * wide, weights: wide)
  }
}
