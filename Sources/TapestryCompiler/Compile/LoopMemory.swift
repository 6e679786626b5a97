import TapestryCore
import TapestryGraph

/// What a loop keeps of its steps for the gradient to read.
public enum LoopMemory: Hashable, Sendable {
  /// All that the gradient reads, of every step: the fastest.
  case everything
  /// The carries of every n-th step, n at least 1. The gradient runs n steps again at a time and needs memory for
  /// those alone; the forward loop runs about twice. (T. Chen et al., Training Deep Nets with Sublinear Memory Cost,
  /// 2016.)
  case every(Int)
}

extension LoopMemory {
  /// What a plan begins with, so that loops keep no more.
  ///
  /// - Throws: `invalidAttribute` for a block of no steps.
  var passes: [any Pass] {
    get throws(TapestryError) {
      guard case .every(let steps) = self else { return [] }
      guard steps > 0 else {
        throw TapestryError(
          .invalidAttribute, "loops cannot keep the carries of every \(steps) steps", remedy: "give 1 or more")
      }
      return [MergeScansPass(), CheckpointLoopsPass(every: steps)]
    }
  }
}

extension ProgramGraph {
  /// The distance of kept carries at which the longest loop needs least: the square root of its length. Nil where no
  /// loop is long enough.
  var shortestCheckpoints: Int? {
    let reached = reachedNodes()
    let longest = reached.indices.compactMap { reached[$0] ? store.op(of: $0, as: Scan.self)?.length : nil }.max() ?? 0
    return longest > 3 ? Int(Double(longest).squareRoot().rounded(.up)) : nil
  }
}
