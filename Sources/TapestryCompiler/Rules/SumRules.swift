import TapestryCore
import TapestryGraph

/// Long sums cut so that threads can share them.
///
/// A sum down columns has as many independent parts as it has columns, and a sum of everything has one. Where the image,
/// the batch or any other outer axis is summed with others, each of its places is summed by itself first: what is
/// read once is read by all threads, and a short sum of the partial sums follows. The partial sums depend on shapes
/// alone, so the bits are those of any number of threads.
enum SumRules {
  /// The fewest elements worth a second sum.
  private static let fewestElements = 1 << 15
  /// Independent parts that are enough.
  private static let enoughParts = 8
  /// The fewest partial sums for each result.
  private static let fewestSums = 4

  static let all: [Rule] = [
    Rule("a long sum over several axes is a sum of sums", on: Sum.self, .reassociates) { m in
      let shape = m.type(0).shape
      let axes = m.op.axes.filter { shape[$0] > 1 }
      guard axes.count > 1, shape.count >= fewestElements, m.parts < enoughParts,
        let outer = axes.first(where: { shape[$0] >= fewestSums }), outer != axes.last
      else { return nil }
      let sums = sum(m[0], over: m.op.axes.filter { $0 != outer }, keepingAxes: true)
      return sum(sums, over: [outer], keepingAxes: true).reshape(m.shape)
    }
  ]
}

extension Match<Sum> {
  /// Parts a sum falls into: each result where rows are summed, rows of results where columns are.
  fileprivate var parts: Int {
    let operand = type(0).shape
    return op.axes.contains(operand.rank - 1) ? shape.count : shape.count / operand[operand.rank - 1]
  }
}
