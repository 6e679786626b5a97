import TapestryCore

// The cross-entropy of one of several classes is, with w the weights of the classes and t the targets,
//
//     loss = -sum over classes of w t log(p)        t = (1 - smoothing) target + smoothing / classes
//
// Where targets are classes, the mean is that of the examples' weights, `sum of losses / sum of w[label]`; where they are
// probabilities it is that of the number of examples. Both are PyTorch's (`weight`, `label_smoothing`). A label that the
// mask hides is never looked at, so it may be out of range; PyTorch's `ignore_index` is the mask `labels .!= index`.

/// The checked targets of a cross-entropy of one of several classes.
package struct ClassTargets {
  /// How many classes there are.
  package let classes: Int
  /// Whether the labels are classes, not probabilities.
  package let isSparse: Bool
  /// The labels; 0 where the mask hides a class.
  package let labels: Tensor
  package let smoothing: Double
  private let weights: Tensor?
  private let mask: Tensor?

  /// Nil after a diagnostic.
  package init?(
    _ scores: Tensor, _ labels: Tensor, _ weights: Tensor?, _ smoothing: Double, _ mask: Tensor?,
    for function: String, _ file: StaticString, _ line: UInt
  ) {
    guard !labels.isPoisoned, weights?.isPoisoned != true, scores.isFloat(for: function, file, line),
      scores.checked(-1, of: function, file, line) != nil
    else { return nil }
    let (shape, lead) = (scores.shape, Shape(scores.shape.extents.dropLast()))
    classes = scores.extent(-1)
    isSparse = labels.dtype == .int32
    let wanted = isSparse ? TensorType(.int32, lead) : scores.type
    let wantedWeights = TensorType(scores.dtype, [classes])
    let fault: OpFault? =
      if labels.shape != wanted.shape {
        OpFault(
          .shapeMismatch, "the labels have shape \(labels.shape), not \(wanted.shape)",
          remedy: isSparse ? "give one class for each example" : "give a probability for each class of each example")
      } else if labels.dtype != wanted.dtype {
        OpFault(
          .dtypeMismatch, "the labels are \(labels.dtype)",
          remedy: "give classes as int32 \(lead) or probabilities as \(scores.dtype) \(shape)")
      } else if let weights, weights.type != wantedWeights {
        OpFault(
          .shapeMismatch, "the class weights are \(weights.type)", remedy: "give one for each class: \(wantedWeights)")
      } else {
        nil
      }
    if let fault {
      _ = scores.graph.refuse("\(function) of \(scores.type) and \(labels.type)", fault, at: SourcePlace(file, line))
      return nil
    }
    guard scores.isShare(smoothing, for: function, file, line),
      scores.takesMask(mask, of: lead, for: function, file, line)
    else { return nil }
    self.labels = isSparse ? mask.map { select($0, labels, 0) } ?? labels : labels
    self.smoothing = smoothing
    self.weights = weights
    self.mask = mask
  }

  /// The loss of each example, from the logarithms of the probabilities of the classes.
  package func losses(_ logProbabilities: Tensor) -> Tensor {
    var targets = isSparse ? oneHot(labels, count: classes, logProbabilities.dtype) : labels
    if smoothing != 0 { targets = targets * (1 - smoothing) + smoothing / Double(classes) }
    return -sum((weights.map { targets * $0 } ?? targets) * logProbabilities, over: [-1])
  }

  /// Whether all classes weigh the same.
  package var isUnweighted: Bool { weights == nil }

  /// The losses of the examples as one, or as they are.
  package func reduced(_ losses: Tensor, _ reduction: LossReduction) -> Tensor {
    reduction(losses, mask: mask, weights: isSparse ? weights.map { gather($0, labels) } : nil)
  }
}

/// The cross-entropy of one of several classes, from logits whose last axis is the classes.
///
/// - Parameters:
///   - labels: either the class of each example, int32 and shaped as the logits without the last axis (a run that meets
///     one out of range throws `indexOutOfRange`), or a probability for each class, of the logits' type and shape.
///   - classWeights: how much the examples of each class count, [classes], of the logits' type.
///   - labelSmoothing: the share of each target that is spread evenly over the classes, in 0 ... 1.
///   - mask: bool, true where an example counts; it broadcasts to the logits without the last axis. A label it hides may
///     be out of range.
/// - Returns: a scalar; without reduction the shape of the logits without the last axis.
public func softmaxCrossEntropy(
  _ logits: Tensor, _ labels: Tensor, classWeights: Tensor? = nil, labelSmoothing: Double = 0,
  mask: Tensor? = nil, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  logits.graph.located(file, line) {
    let targets = ClassTargets(
      logits, labels, classWeights, labelSmoothing, mask, for: "softmaxCrossEntropy", file, line)
    guard let targets else { return Tensor(logits.graph, .poison) }
    let shifted = logits - greatest(logits, -1)
    let total = log(sum(exp(shifted), over: [-1]))
    guard targets.isSparse, targets.isUnweighted else {
      let logProbabilities = shifted - expandDims(total)
      return targets.reduced(targets.losses(logProbabilities), reduction)
    }
    let picked = sum(select(oneHotMask(targets.labels, count: targets.classes), shifted, 0), over: [-1])
    if labelSmoothing == 0 { return targets.reduced(total - picked, reduction) }
    let spread = mean(shifted, over: [-1]) * labelSmoothing
    return targets.reduced(total - picked * (1 - labelSmoothing) - spread, reduction)
  }
}
