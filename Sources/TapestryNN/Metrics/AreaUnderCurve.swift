// The area under the ROC curve is the probability that an example of the class scores above one that is not of it, where
// equal scores count half. With the scores in order and each of a run of equal ones given the mean of their ranks, it is
//
//     (sum of the ranks of the positives - p (p + 1) / 2) / (p n)
//
// for p positives and n negatives: the statistic of Mann and Whitney (1947), in the time of a sort.

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
  var sum = 0.0
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    let rank = Double(start + end + 1) / 2
    sum += rank * Double(order[start..<end].count { labels[$0] })
    start = end
  }
  let least = Double(positives) * Double(positives + 1) / 2
  return (sum - least) / (Double(positives) * Double(negatives))
}
