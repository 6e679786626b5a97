import TapestryCore
public import TapestryGraph

/// The share of examples whose greatest logit is that of their class; of equal logits the first counts.
///
/// - Parameters:
///   - logits: [..., classes], float.
///   - labels: the class of each example, int32 [...]; a run that meets one out of range throws `indexOutOfRange`.
/// - Returns: a scalar of the logits' type; not-a-number over no examples.
public func accuracy(
  _ logits: Tensor, _ labels: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = logits.graph
  if logits.isPoisoned || labels.isPoisoned { return Tensor(graph, .poison) }
  let wanted = Shape(Array(logits.shape.extents.dropLast()))
  guard logits.rank > 0, labels.shape == wanted else {
    graph.diagnose(
      TapestryError(
        .shapeMismatch,
        logits.rank > 0
          ? "accuracy of \(logits.type) and \(labels.type): the labels have shape \(labels.shape), not \(wanted)"
          : "accuracy of \(logits.type): a scalar has no axis of classes",
        remedy: "give logits [..., classes] and one int32 class for each example", at: SourcePlace(file, line)))
    return Tensor(graph, .poison)
  }
  return graph.located(file, line) {
    let hits = argMax(logits) .== checkIndex(labels, bound: logits.extent(-1))
    return mean(cast(hits, to: logits.dtype))
  }
}
