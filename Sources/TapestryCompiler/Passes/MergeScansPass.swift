package import TapestryCore
import TapestryGraph

// Loops that do the same and more.
//
// The gradient of a scan runs the scan again with more outputs: the residuals that the reverse loop needs. Two scans of
// equal length, direction and operands, where the step of one computes all that the step of the other does and hands on
// the same carries, are one: the results of the smaller are among those of the larger.
// Whether a step holds another is asked of the hash table: the smaller body is replayed into a copy of the larger, input
// by input; if that makes no new node, every value of it is a value of the larger. Scans are grouped by operands, length
// and direction, and compared within a group; the work is the sum of the bodies' sizes times the size of a group, which
// is 2 for each scan that is differentiated.

/// Joins scans whose results are among those of another.
package struct MergeScansPass: Pass {
  package let name = "merge-scans"
  package let summary = "Takes the results of a loop from another over the same operands that computes them too."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    let replacements = containers(program, &context.reads)
    guard !replacements.isEmpty else { return }
    let rule = Rule("a loop within a loop over the same operands is that loop", on: Scan.self, .exact) {
      (m: Match<Scan>) -> [Tensor]? in
      guard let larger = replacements[m.op] else { return nil }
      let results = m.result.graph.record(larger.scan, m.operands)
      return larger.outputs.map { results[$0] }
    }
    try RulePass(name, summary, [rule]).run(&program, &context)
  }

  /// For each scan that another holds, the other and where in its results those of the first are.
  private func containers(
    _ program: ProgramGraph, _ reads: inout Int
  ) -> [Scan: (scan: Scan, outputs: [Int])] {
    struct Key: Hashable {
      let operands: [Value]
      let length: Int
      let isReverse: Bool
      let counts: ScanParts<Int>
    }
    let store = program.store
    let reached = program.reachedNodes()
    var groups: [Key: [Scan]] = [:]
    var order: [Key] = []
    for node in reached.indices where reached[node] {
      reads += 1
      guard let scan = store.op(of: node, as: Scan.self) else { continue }
      let key = Key(
        operands: Array(store.operands(of: node)), length: scan.length, isReverse: scan.isReverse, counts: scan.counts)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(scan)
    }
    var found: [Scan: (scan: Scan, outputs: [Int])] = [:]
    for key in order {
      // The larger come first; a scan is replaced by the first that holds it, which is not replaced itself.
      let scans = (groups[key] ?? []).sorted { $0.body.outputs.count > $1.body.outputs.count }
      for (place, scan) in scans.enumerated() {
        for larger in scans[..<place] where found[larger] == nil && found[scan] == nil {
          if let outputs = scan.outputs(in: larger) { found[scan] = (larger, outputs) }
        }
      }
    }
    return found
  }
}

extension Scan {
  /// Where the results of this scan are among those of another over the same operands.
  fileprivate func outputs(in larger: Scan) -> [Int]? {
    var store = larger.body.store
    let count = store.count
    var moved = [Int](repeating: -1, count: body.store.count)
    for (own, theirs) in zip(body.inputs, larger.body.inputs) { moved[Int(own.node)] = Int(theirs.node) }
    for node in moved.indices where moved[node] < 0 {
      let operands = body.store.operands(of: node).map { Value(moved[Int($0.node)], Int($0.output)) }
      let (copy, isNew) = store.add(body.store.op(of: node), operands) { body.store.resultTypes(of: node) }
      if isNew || copy >= count { return nil }
      moved[node] = copy
    }
    let own = body.outputs.map { Value(moved[Int($0.node)], Int($0.output)) }
    guard own.prefix(counts.carries) == larger.body.outputs.prefix(counts.carries) else { return nil }
    var places = Array(0..<counts.carries)
    for output in own.dropFirst(counts.carries) {
      guard
        let place = larger.body.outputs.indices.dropFirst(counts.carries).first(where: {
          larger.body.outputs[$0] == output
        })
      else { return nil }
      places.append(place)
    }
    return places
  }
}
