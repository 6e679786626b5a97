import TapestryCore

/// How a loss of each example becomes one.
public enum LossReduction: Sendable {
  /// The mean of all elements.
  case mean
  /// The sum of all elements.
  case sum
  /// The losses as they are.
  case none

  func callAsFunction(_ losses: Tensor) -> Tensor {
    switch self {
    case .mean: TapestryGraph.mean(losses)
    case .sum: TapestryGraph.sum(losses)
    case .none: losses
    }
  }
}

/// The mean of (x - target)^2. The two have one float type and broadcast.
public func meanSquaredError(
  _ x: Tensor, _ target: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { reduction(square(x - target)) }
}

/// The cross-entropy of independent yes-or-no outcomes, from logits: -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)).
///
/// Exact for logits of any size. Targets have the logits' float type and lie in 0 ... 1; the two broadcast.
public func sigmoidCrossEntropy(
  _ logits: Tensor, _ targets: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  logits.graph.located(file, line) {
    // The linear part vanishes on the right side, so that nothing is cancelled there.
    let linear = select(logits .> 0, logits * (1 - targets), -(logits * targets))
    return reduction(linear + log1p(exp(negatedMagnitude(logits))))
  }
}

/// The cross-entropy of one of several classes, from logits whose last axis is the classes.
///
/// - Parameters:
///   - labels: either the class of each example, int32 and shaped as the logits without the last axis (a run that meets
///     one out of range throws `indexOutOfRange`), or a probability for each class, of the logits' type and shape.
///   - labelSmoothing: the share of each target that is spread evenly over the classes.
public func softmaxCrossEntropy(
  _ logits: Tensor, _ labels: Tensor, labelSmoothing: Double = 0, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard !labels.isPoisoned, logits.checked(-1, of: "softmaxCrossEntropy", file, line) != nil else {
    return Tensor(logits.graph, .poison)
  }
  let (shape, classes) = (logits.shape, logits.extent(-1))
  let isSparse = labels.dtype == .int32
  let wanted = isSparse ? Shape(shape.extents.dropLast()) : shape
  guard labels.shape == wanted else {
    return logits.graph.refuse(
      "softmaxCrossEntropy of \(logits.type) and \(labels.type)",
      OpFault(
        .shapeMismatch, "the labels have shape \(labels.shape), not \(wanted)",
        remedy: isSparse ? "give one class for each example" : "give a probability for each class of each example"),
      at: SourcePlace(file, line))
  }
  return logits.graph.located(file, line) {
    let shifted = logits - greatest(logits, -1)
    let total = log(sum(exp(shifted), over: [-1]))
    guard isSparse else {
      let smoothed = labelSmoothing == 0 ? labels : labels * (1 - labelSmoothing) + labelSmoothing / Double(classes)
      let logProbabilities = shifted - total.reshape(Shape(shape.extents.dropLast() + [1]))
      return reduction(-sum(smoothed * logProbabilities, over: [-1]))
    }
    let picked = sum(select(oneHotMask(labels, count: classes), shifted, 0), over: [-1])
    if labelSmoothing == 0 { return reduction(total - picked) }
    return reduction(total - picked * (1 - labelSmoothing) - mean(shifted, over: [-1]) * labelSmoothing)
  }
}
