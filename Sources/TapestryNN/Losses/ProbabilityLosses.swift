import TapestryCore
public import TapestryGraph

// Cross-entropies of probabilities. Where there are logits, `sigmoidCrossEntropy` and `softmaxCrossEntropy` are exact
// for any of them and should be used; here a probability of 0 has no logarithm, so probabilities below `epsilon` count
// as `epsilon`, with gradient 0. PyTorch holds the logarithm at -100 or above instead, and only in the binary case:
// down to 1e-12 there is no difference.

/// The cross-entropy of independent yes-or-no outcomes, also called log loss: `-t log(p) - (1 - t) log(1 - p)`.
///
/// - Parameters:
///   - probabilities: any shape, float, in 0 ... 1.
///   - targets: of that type, in 0 ... 1; the two broadcast.
///   - epsilon: the least probability.
public func binaryCrossEntropy(
  _ probabilities: Tensor, _ targets: Tensor, epsilon: Double = 1e-12, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  probabilities.graph.located(file, line) {
    let yes = logarithm(probabilities, atLeast: epsilon)
    let no = logarithm(1 - probabilities, atLeast: epsilon)
    return reduction.of(-(targets * yes + (1 - targets) * no))
  }
}

/// The cross-entropy of one of several classes: `-sum over classes of t log(p)`.
///
/// - Parameters:
///   - probabilities: [..., classes], float, in 0 ... 1 and adding up to 1.
///   - labels: either the class of each example, int32 [...] (a run that meets one out of range throws
///     `indexOutOfRange`), or a probability for each class, of the type and shape of the probabilities.
///   - epsilon: the least probability.
public func categoricalCrossEntropy(
  _ probabilities: Tensor, _ labels: Tensor, epsilon: Double = 1e-12, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = probabilities.graph
  if probabilities.isPoisoned || labels.isPoisoned { return Tensor(graph, .poison) }
  let isSparse = labels.dtype == .int32
  let shape = probabilities.shape
  let wanted = isSparse ? Shape(Array(shape.extents.dropLast())) : shape
  guard shape.rank > 0, labels.shape == wanted else {
    return graph.refuse(
      "categoricalCrossEntropy of \(probabilities.type) and \(labels.type)",
      OpFault(
        .shapeMismatch, "the labels have shape \(labels.shape), not \(wanted)",
        remedy: isSparse ? "give one class for each example" : "give a probability for each class of each example"),
      at: SourcePlace(file, line))
  }
  return graph.located(file, line) {
    let logarithms = logarithm(probabilities, atLeast: epsilon)
    let targets = isSparse ? oneHot(labels, count: probabilities.extent(-1), probabilities.dtype) : labels
    return reduction.of(-sum(targets * logarithms, over: [-1]))
  }
}

/// How much a distribution differs from another: `sum over classes of t (log(t) - log(p))` for each example.
///
/// (S. Kullback and R. Leibler, On Information and Sufficiency, 1951.) As in PyTorch the second is given by its
/// logarithms; the mean is that over examples, PyTorch's `batchmean`. A target of 0 adds nothing.
///
/// - Parameters:
///   - logProbabilities: [..., classes], float, such as `logSoftmax` gives.
///   - targets: probabilities of that type and shape.
public func klDivergence(
  _ logProbabilities: Tensor, _ targets: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  logProbabilities.graph.located(file, line) {
    let isPresent = targets .> 0
    let own = select(isPresent, targets * log(select(isPresent, targets, 1)), 0)
    return reduction.of(sum(own - targets * logProbabilities, over: [-1]))
  }
}

/// The logarithm of probabilities, those too small counted as the least.
private func logarithm(_ probabilities: Tensor, atLeast least: Double) -> Tensor {
  log(select(probabilities .< least, least, probabilities))
}
