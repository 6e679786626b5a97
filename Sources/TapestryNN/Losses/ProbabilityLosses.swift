import TapestryCore
public import TapestryGraph

// Cross-entropies of probabilities. Where there are logits, `sigmoidCrossEntropy` and `softmaxCrossEntropy` are exact
// for any of them and should be used; here a probability of 0 has no logarithm, so probabilities below `epsilon` count
// as `epsilon`, with gradient 0. PyTorch holds the logarithm at -100 or above instead, and only in the binary case:
// down to 1e-12 there is no difference. Keras holds probabilities within 1e-7 ... 1 - 1e-7.

/// The cross-entropy of independent yes-or-no outcomes, also called log loss: `-t log(p) - (1 - t) log(1 - p)`.
///
/// - Parameters:
///   - probabilities: any shape, float, in 0 ... 1.
///   - targets: of that type, in 0 ... 1; they broadcast to the probabilities.
///   - epsilon: the least probability.
///   - positiveWeight: what the first term is multiplied by: a float tensor that broadcasts to the probabilities.
///   - labelSmoothing: the share of each target that is moved to 1/2, in 0 ... 1, as in Keras.
///   - mask: bool, true where an element counts; it broadcasts to the probabilities.
public func binaryCrossEntropy(
  _ probabilities: Tensor, _ targets: Tensor, epsilon: Double = 1e-12, positiveWeight: Tensor? = nil,
  labelSmoothing: Double = 0, mask: Tensor? = nil, reduction: LossReduction = .mean, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  let outcomes = BinaryTargets(
    probabilities, targets, positiveWeight, labelSmoothing, mask, for: "binaryCrossEntropy", file, line)
  guard let outcomes else { return Tensor(probabilities.graph, .poison) }
  return probabilities.graph.located(file, line) {
    let t = outcomes.smoothed
    let yes = logarithm(probabilities, atLeast: epsilon)
    let no = logarithm(1 - probabilities, atLeast: epsilon)
    return reduction(-((positiveWeight.map { t * $0 } ?? t) * yes + (1 - t) * no), mask: mask)
  }
}

/// The cross-entropy of one of several classes: `-sum over classes of t log(p)`.
///
/// - Parameters:
///   - probabilities: [..., classes], float, in 0 ... 1 and adding up to 1.
///   - labels: either the class of each example, int32 [...] (a run that meets one out of range throws
///     `indexOutOfRange`), or a probability for each class, of the type and shape of the probabilities.
///   - epsilon: the least probability.
///   - classWeights: how much the examples of each class count, [classes], of the probabilities' type.
///   - labelSmoothing: the share of each target that is spread evenly over the classes, in 0 ... 1.
///   - mask: bool, true where an example counts; it broadcasts to [...]. A label it hides may be out of range.
public func categoricalCrossEntropy(
  _ probabilities: Tensor, _ labels: Tensor, epsilon: Double = 1e-12, classWeights: Tensor? = nil,
  labelSmoothing: Double = 0, mask: Tensor? = nil, reduction: LossReduction = .mean, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  probabilities.graph.located(file, line) {
    let targets = ClassTargets(
      probabilities, labels, classWeights, labelSmoothing, mask, for: "categoricalCrossEntropy", file, line)
    guard let targets else { return Tensor(probabilities.graph, .poison) }
    return targets.reduced(targets.losses(logarithm(probabilities, atLeast: epsilon)), reduction)
  }
}

/// How much a distribution differs from another: `sum over classes of t (log(t) - log(p))` for each example.
///
/// (S. Kullback and R. Leibler, On Information and Sufficiency, 1951.) As in PyTorch the second is given by its
/// logarithms; the mean is that over examples, PyTorch's `batchmean`. A target of 0 adds nothing. Keras takes the
/// targets first, and probabilities.
///
/// - Parameters:
///   - logProbabilities: [..., classes], float, such as `logSoftmax` gives.
///   - targets: probabilities of that type and shape.
///   - mask: bool, true where an example counts; it broadcasts to [...].
public func klDivergence(
  _ logProbabilities: Tensor, _ targets: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = logProbabilities.graph
  guard logProbabilities.takes(targets, for: "klDivergence", file, line),
    logProbabilities.checked(-1, of: "klDivergence", file, line) != nil,
    logProbabilities.takesMask(
      mask, of: Shape(logProbabilities.shape.extents.dropLast()), for: "klDivergence", file, line)
  else { return Tensor(graph, .poison) }
  return graph.located(file, line) {
    let isPresent = targets .> 0
    let own = select(isPresent, targets * log(select(isPresent, targets, 1)), 0)
    return reduction(sum(own - targets * logProbabilities, over: [-1]), mask: mask)
  }
}

/// The logarithm of probabilities, those too small counted as the least.
private func logarithm(_ probabilities: Tensor, atLeast least: Double) -> Tensor {
  log(select(probabilities .< least, least, probabilities))
}
