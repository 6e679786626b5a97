import TapestryCore
public import TapestryGraph

/// The mean of losses in which each counts as much as its weight: `sum of w loss / sum of w`.
///
/// The losses are those of `reduction: .none`. A mask is a weight of 0 or 1, `cast(mask, to: .float32)`; weights of
/// classes are picked by label, `gather(weights, labels)`, which gives PyTorch's mean of a weighted cross-entropy. With
/// weights that are all 0 it is 0.
///
/// - Parameters:
///   - losses: any shape, float.
///   - weights: of that type, 0 or more; they broadcast to the losses.
public func weightedMean(
  _ losses: Tensor, _ weights: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if losses.isPoisoned || weights.isPoisoned { return Tensor(losses.graph, .poison) }
  return losses.graph.located(file, line) {
    let total = sum(weights.shape == losses.shape ? weights : weights.broadcast(to: losses.shape))
    return sum(losses * weights) / select(total .> 0, total, 1)
  }
}
