import TapestryCompiler
import TapestryCore

/// What metrics have seen of an epoch or an evaluation so far.
struct MetricSums: Sendable, Hashable, Codable {
  /// A sum of arrays, in double precision.
  private struct Total: Hashable, Codable {
    let extents: [Int]
    var values: [Double]
  }

  private var rowCount = 0
  private var totals: [Total] = []

  /// Takes in what a batch reported.
  mutating func add(_ results: Results, rows: Int, _ metrics: [Metric]) throws(TapestryError) {
    for (place, metric) in metrics.enumerated() {
      let array = try results.array(metric.output)
      if place == totals.count {
        totals.append(
          Total(extents: array.shape.extents, values: [Double](repeating: 0, count: array.count)))
      }
      guard totals[place].extents == array.shape.extents else {
        throw TapestryError(
          .usage, "'\(metric.name)' was of shape \(Shape(totals[place].extents)) before, not \(array.shape)",
          remedy: "resume with the metrics the training had")
      }
      let weight = metric.isMean ? Double(rows) : 1
      for index in totals[place].values.indices { totals[place].values[index] += array.double(at: index) * weight }
    }
    rowCount += rows
  }

  /// Whether the sums, read from a file, are of so many rows at most and have as many values as their shapes say.
  func isWhole(within rows: Int) -> Bool {
    (0...rows).contains(rowCount)
      && totals.allSatisfy { $0.extents.allSatisfy { $0 >= 0 } && Shape($0.extents).count == $0.values.count }
  }

  /// The values by name; before the first batch there are none.
  func values(_ metrics: [Metric]) throws(TapestryError) -> [String: Double] {
    var values: [String: Double] = [:]
    for (metric, total) in zip(metrics, totals) {
      let share = metric.isMean ? total.values.map { $0 / Double(rowCount) } : total.values
      values[metric.name] = try metric.value(NDArray(share, shape: Shape(total.extents)))
    }
    return values
  }
}
