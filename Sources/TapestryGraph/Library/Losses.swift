import TapestryCore

/// The mean of (x - target)^2. The two have one float type; the target broadcasts to `x`.
///
/// - Parameter mask: bool, true where an element counts; it broadcasts to `x`.
public func meanSquaredError(
  _ x: Tensor, _ target: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takes(target, mask: mask, for: "meanSquaredError", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) { reduction(square(x - target), mask: mask) }
}

/// The cross-entropy of independent yes-or-no outcomes, from logits: -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)).
///
/// Exact for logits of any size.
///
/// - Parameters:
///   - targets: of the logits' float type, in 0 ... 1; they broadcast to the logits.
///   - positiveWeight: what the first term is multiplied by, such as how many more examples are negative: a float tensor
///     that broadcasts to the logits. The mean still divides by the number of elements, as PyTorch's `pos_weight` has it.
///   - labelSmoothing: the share of each target that is moved to 1/2, in 0 ... 1, as in Keras.
///   - mask: bool, true where an element counts; it broadcasts to the logits.
public func sigmoidCrossEntropy(
  _ logits: Tensor, _ targets: Tensor, positiveWeight: Tensor? = nil, labelSmoothing: Double = 0,
  mask: Tensor? = nil, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let outcomes = BinaryTargets(
    logits, targets, positiveWeight, labelSmoothing, mask, for: "sigmoidCrossEntropy", file, line)
  guard let outcomes else { return Tensor(logits.graph, .poison) }
  return logits.graph.located(file, line) {
    let t = outcomes.smoothed
    // The linear part vanishes on the right side, so that nothing is cancelled there.
    let curve = log1p(exp(negatedMagnitude(logits)))
    guard let weight = positiveWeight else {
      return reduction(select(logits .> 0, logits * (1 - t), -(logits * t)) + curve, mask: mask)
    }
    let linear = select(logits .> 0, logits * (1 - t), -(logits * t * weight))
    return reduction(linear + (1 + (weight - 1) * t) * curve, mask: mask)
  }
}

/// The checked targets of a cross-entropy of yes-or-no outcomes.
package struct BinaryTargets {
  private let targets: Tensor
  private let smoothing: Double

  /// Nil after a diagnostic.
  package init?(
    _ predictions: Tensor, _ targets: Tensor, _ positiveWeight: Tensor?, _ smoothing: Double, _ mask: Tensor?,
    for function: String, _ file: StaticString, _ line: UInt
  ) {
    guard predictions.takes(targets, mask: mask, for: function, file, line),
      positiveWeight.map({ predictions.takes($0, as: "positive weight", for: function, file, line) }) ?? true,
      predictions.isShare(smoothing, for: function, file, line)
    else { return nil }
    self.targets = targets
    self.smoothing = smoothing
  }

  /// The targets, a share of each moved to 1/2.
  package var smoothed: Tensor { smoothing == 0 ? targets : targets * (1 - smoothing) + smoothing / 2 }
}

extension Tensor {
  /// Whether a label smoothing is in 0 ... 1; otherwise a diagnostic.
  func isShare(_ smoothing: Double, for function: String, _ file: StaticString, _ line: UInt) -> Bool {
    if (0...1).contains(smoothing) { return true }
    _ = graph.refuse(
      "\(function) of \(type)",
      OpFault(.invalidAttribute, "the label smoothing is \(smoothing)", remedy: "give a share in 0 ... 1"),
      at: SourcePlace(file, line))
    return false
  }
}
