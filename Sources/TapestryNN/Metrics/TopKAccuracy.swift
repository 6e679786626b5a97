import TapestryCore
public import TapestryGraph

/// The share of examples whose class is among the `count` greatest logits; of equal logits the first count.
///
/// - Parameters:
///   - logits: [..., classes], float.
///   - labels: the class of each example, int32 [...]; a run that meets one out of range throws `indexOutOfRange`.
///   - count: how many classes are looked at, at most all.
/// - Returns: a scalar of the logits' type; not-a-number over no examples.
public func topKAccuracy(
  _ logits: Tensor, _ labels: Tensor, _ count: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = logits.graph
  if logits.isPoisoned || labels.isPoisoned { return Tensor(graph, .poison) }
  let wanted = Shape(Array(logits.shape.extents.dropLast()))
  guard logits.rank > 0, labels.shape == wanted else {
    return graph.refuse(
      "topKAccuracy of \(logits.type) and \(labels.type)",
      OpFault(
        .shapeMismatch, "the labels have shape \(labels.shape), not \(wanted)",
        remedy: "give logits [..., classes] and one int32 class for each example"), at: SourcePlace(file, line))
  }
  return graph.located(file, line) {
    let places = topK(logits, count, file: file, line: line).places
    let hits = places .== expandDims(checkIndex(labels, bound: logits.extent(-1)))
    return mean(sum(cast(hits, to: logits.dtype), over: [-1]))
  }
}

/// How many equally likely outcomes a model is as unsure about: the exponential of a mean cross-entropy in nats.
///
/// - Parameter crossEntropy: the mean over all examples, as `softmaxCrossEntropy` gives it. Of batches the means are
///   averaged first. Float.
public func perplexity(_ crossEntropy: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  crossEntropy.graph.located(file, line) { exp(crossEntropy) }
}
