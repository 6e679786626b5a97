/// The trade between finding what is looked for and crying wolf, over all thresholds of a score.
struct ROCCurve {
  /// At each threshold, from above all scores to below: of those not of the class, the share called so.
  private(set) var falseRates = [0.0]
  /// Of those of the class, the share called so.
  private(set) var trueRates = [0.0]

  init(scores: [Double], isOfClass: [Bool]) {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let positives = Double(max(isOfClass.count { $0 }, 1))
    let negatives = Double(max(isOfClass.count { !$0 }, 1))
    var (hits, alarms) = (0.0, 0.0)
    for (place, index) in order.enumerated() {
      if isOfClass[index] { hits += 1 } else { alarms += 1 }
      // Equal scores are on the same side of every threshold.
      if place + 1 < order.count, scores[order[place + 1]] == scores[index] { continue }
      falseRates.append(alarms / negatives)
      trueRates.append(hits / positives)
    }
  }
}
