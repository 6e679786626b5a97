import TapestryCore
public import TapestryGraph

// The area under the ROC curve is the probability that an example of the class scores above one that is not of it, where
// equal scores count half. With the scores in order, every run of equal ones is a group g; with p and n the positives and
// negatives of a group,
//
//     area = sum over groups of p (negatives of lower groups + n / 2) / (all positives * all negatives)
//
// which is the statistic of Mann and Whitney (1947) with ties ranked by their mean, in the time of a sort. In a graph the
// number of an element's group is a running count of the places where the score changes, and scatter-add counts.

/// The area under the ROC curve.
///
/// Counts are kept in float64, so that it is exact for 10^7 examples.
///
/// - Parameters:
///   - scores: of each example, higher where it is more likely of the class: any shape, float; only their order counts.
///   - labels: of that shape, whether each is of the class: bool, or numbers that mean yes above 1/2.
/// - Returns: a float64 scalar: 1 for a perfect order, 0.5 for none; not-a-number when all examples are of one kind and
///   when a score is not-a-number. It has no gradient.
public func areaUnderCurve(
  _ scores: Tensor, _ labels: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = scores.graph
  guard scores.isFloat(for: "areaUnderCurve", file, line), !labels.isPoisoned else { return Tensor(graph, .poison) }
  guard labels.shape == scores.shape else {
    return graph.refuse(
      "areaUnderCurve of \(scores.type) and \(labels.type)",
      OpFault(.shapeMismatch, "the shapes differ", remedy: "give one label for each score"),
      at: SourcePlace(file, line))
  }
  let count = scores.shape.count
  guard count > 0 else { return graph.constant(.nan, .float64, file: file, line: line) }
  return graph.located(file, line) {
    let (ordered, places) = sort(stopGradient(scores).reshape([count]))
    let isNew = slice(ordered, axis: 0, 1..<count) .!= slice(ordered, axis: 0, 0..<count - 1)
    let group = pad(cumulativeSum(cast(isNew, to: .int32)), axis: 0, low: 1)
    let positive = gather(cast(labels.isYes, to: .float64).reshape([count]), places)
    let zeros = graph.constant(0, .float64).broadcast(to: [count])
    let positives = scatterAdd(zeros, positive, at: group)
    let negatives = scatterAdd(zeros, 1 - positive, at: group)
    let below = cumulativeSum(negatives, exclusive: true)
    let area = sum(positives * (below + negatives * 0.5)) / (sum(positives) * sum(negatives))
    // Not-a-number is the last in order, if there is one.
    let last = slice(ordered, axis: 0, count - 1..<count).reshape([])
    return select(last .== last, area, Double.nan)
  }
}

/// The area under the ROC curve of scores that were fetched.
///
/// - Parameters:
///   - scores: of each example, higher where it is more likely of the class; only their order counts.
///   - labels: whether each is of the class, as many as scores.
/// - Returns: 1 for a perfect order, 0.5 for none; not-a-number when all examples are of one kind, when a score is
///   not-a-number and when the counts differ.
public func areaUnderCurve(_ scores: [Double], _ labels: [Bool]) -> Double {
  let positives = labels.count { $0 }
  let negatives = labels.count - positives
  guard scores.count == labels.count, positives > 0, negatives > 0, !scores.contains(where: \.isNaN) else {
    return .nan
  }
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  var (area, below, start) = (0.0, 0.0, 0)
  while start < order.count {
    let end = order[start...].firstIndex { scores[$0] != scores[order[start]] } ?? order.count
    let group = order[start..<end]
    let within = Double(group.count { labels[$0] })
    let others = Double(group.count) - within
    area += within * (below + others / 2)
    (below, start) = (below + others, end)
  }
  return area / (Double(positives) * Double(negatives))
}
