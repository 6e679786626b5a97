import TapestryGraph

// A step may hold several recurrences: the layers of a recurrent network, written as one loop over time. Layer 2 at step
// t reads layer 1 at step t, but never the other way round, so the loop can be two, one after the other; and products of
// all steps that the second then reads from the first need not wait for it.
//
// A product is *recurrent* where it reads, through carries, what it led to before. The carries between form its group. A
// group's level is one more than the highest of those it depends on, and a node's stage is the highest level it depends
// on. What a node depends on are sets of carries, kept as bits: in its own step by a sweep upwards, and through the steps
// before by closing the sets of the carries.

extension RepeatedSteps {
  /// By position the number of the loop that computes it, of those that one loop can be cut into: each depends on itself
  /// and on loops of lower numbers.
  var stages: [Int] {
    var bits: [Value: UInt64] = [:]
    var carries: [Value] = []
    for case .stepBefore(let position, let output) in sources.joined() {
      let carry = Value(position, Int(output))
      guard bits[carry] == nil else { continue }
      bits[carry] = 1 << UInt64(carries.count)
      carries.append(carry)
    }
    guard carries.count <= UInt64.bitWidth else { return [Int](repeating: 0, count: period) }

    // The carries a position reads in its step, and those it leads to.
    var reads = [UInt64](repeating: 0, count: period)
    var leads = reads
    for (place, carry) in carries.enumerated() { leads[Int(carry.node)] |= 1 << UInt64(place) }
    for position in 0..<period {
      for source in sources[position] {
        switch source {
        case .sameStep(let made, _): reads[position] |= reads[made]
        case .stepBefore(let made, let output): reads[position] |= bits[Value(made, Int(output))]!
        default: break
        }
      }
    }
    for position in (0..<period).reversed() {
      for case .sameStep(let made, _) in sources[position] { leads[made] |= leads[position] }
    }
    // The same through all steps before; each round doubles how many.
    var behind = carries.map { reads[Int($0.node)] }
    func closed(_ set: UInt64) -> UInt64 {
      carries.indices.reduce(set) { set >> UInt64($1) & 1 == 1 ? $0 | behind[$1] : $0 }
    }
    for _ in 0..<UInt64.bitWidth.trailingZeroBitCount { behind = behind.map(closed) }
    let all = reads.map(closed)

    var groups: [(carries: UInt64, all: UInt64, level: Int)] = []
    for position in 0..<period where pieces.store.isProduct(node(position, model)) {
      let group = carries.indices.reduce(into: UInt64(0)) { group, carry in
        let bit = UInt64(1) << UInt64(carry)
        if all[position] & bit != 0, leads[position] & (bit | behind[carry]) != 0 { group |= bit }
      }
      if group != 0, !groups.contains(where: { $0.carries == group }) { groups.append((group, all[position], 1)) }
    }
    groups.sort { $0.all.nonzeroBitCount < $1.all.nonzeroBitCount }
    for place in groups.indices {
      for lower in groups[..<place] where lower.carries & groups[place].all != 0 {
        groups[place].level = max(groups[place].level, lower.level + 1)
      }
    }
    var stages = all.map { set in groups.reduce(1) { $1.carries & set != 0 ? max($0, $1.level) : $0 } - 1 }
    // What is no part of a cycle is computed where it is read first.
    var firstReader = [Int](repeating: Int.max, count: period)
    for position in 0..<period {
      for case .stepBefore(let made, _) in sources[position] {
        firstReader[made] = min(firstReader[made], stages[position])
      }
    }
    for position in (0..<period).reversed() {
      if all[position] & leads[position] == 0, firstReader[position] < Int.max {
        stages[position] = firstReader[position]
      }
      for case .sameStep(let made, _) in sources[position] {
        firstReader[made] = min(firstReader[made], stages[position])
      }
    }
    return stages
  }
}
