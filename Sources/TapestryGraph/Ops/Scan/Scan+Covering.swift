import TapestryCore

extension Scan {
  /// For each result of another scan on the same operands, which result of this one is the same; nil when one is not.
  ///
  /// A scan and the scan its gradient made of it, which stacks more, are one loop when this is known. The other body is
  /// put into a copy of this one: it is part of it when that adds no node.
  package func results(covering other: Scan) -> [Int]? {
    guard length == other.length, isReverse == other.isReverse, counts == other.counts else { return nil }
    var store = body.store
    var moved: [Value: Value] = [:]
    for node in 0..<other.body.store.count {
      let results = (0..<other.body.store.resultCount(of: node)).map { Value(node, $0) }
      let operands = other.body.store.operands(of: node).map { moved[$0]! }
      let found = store.add(other.body.store.op(of: node), operands) { results.map { other.body.store.type(of: $0) } }
      if found.isNew { return nil }
      for result in results { moved[result] = Value(found.node, Int(result.output)) }
    }
    var places: [Int] = []
    for (output, value) in other.body.outputs.enumerated() {
      let isCarry = output < counts.carries
      let candidates = isCarry ? output..<output + 1 : counts.carries..<body.outputs.count
      guard let place = candidates.first(where: { body.outputs[$0] == moved[value] }) else { return nil }
      places.append(place)
    }
    return places
  }
}
