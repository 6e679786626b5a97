import TapestryCore
import TapestryGraph

// Carries kept in their stacks.
//
// A loop that stacks what a carry is before each step, or after it, keeps every value the carry ever has. The carry then
// needs no memory of its own and no copies: one buffer of one row more than there are steps holds how it starts and what
// each step makes of it. A step reads one row and writes the next; the stacks and the last value are views of the
// buffer (`ViewAccesses`). In a reverse scan, which stacks what its first step gives last, time runs against the rows.

/// A carry whose values are kept in one buffer.
struct LoopHistory: Sendable {
  let carry: Int
  /// The results that stack its value before each step.
  let before: [Int]
  /// The results that stack its value after each step.
  let after: [Int]
}

extension Scan {
  /// The carries that are stacked.
  var histories: [LoopHistory] {
    guard length > 0 else { return [] }
    var taken: Set<Int> = []
    return (0..<counts.carries).compactMap { carry in
      func takeStacks(of value: Value) -> [Int] {
        (counts.carries..<resultCount).filter { body.outputs[$0] == value && taken.insert($0).inserted }
      }
      guard body.type(ofOutput: carry).byteCount > 0 else { return nil }
      let history = LoopHistory(
        carry: carry, before: takeStacks(of: body.inputs[carry]), after: takeStacks(of: body.outputs[carry]))
      return history.before.isEmpty && history.after.isEmpty ? nil : history
    }
  }
}
