import TapestryGraph

// Which nodes of two stages stand for the same value, where the two are not the same.
//
//   Upwards: nodes with one op on operands that are the same or paired are a pair; for a sum and a product in any order.
//   Downwards: the two roots of a name are a pair. So are their operands, where the two have one op; where they have two,
//   one may have replaced the other on operands of the same kind, or stand for an operand of it, as the value of an
//   assignment does when the assignment goes.
//
// Upwards is tried before and after; nothing is paired twice. Linear in nodes and edges.

struct GraphPairing {
  let old: StageProgram
  let new: StageProgram
  /// The node of the joint arena for each printed node of either, or -1.
  private(set) var shared: (old: [Int], new: [Int]) = ([], [])
  private(set) var isInOld: Set<Int> = []
  private(set) var isInNew: Set<Int> = []
  /// By old node the new one of its value; by new node the old one it replaced.
  private(set) var partner: (old: [Int: Int], new: [Int: Int]) = ([:], [:])
  private var arena = GraphStore()

  private struct Key: Hashable {
    let op: Int32
    let operands: [Value]
  }

  init(_ old: StageProgram, _ new: StageProgram) {
    self.old = old
    self.new = new
    shared = (replay(old), replay(new))
    isInOld = Set(shared.old.filter { $0 >= 0 })
    isInNew = Set(shared.new.filter { $0 >= 0 })
    pairUpwards()
    pairDownwards()
    pairUpwards()
  }

  private mutating func replay(_ stage: StageProgram) -> [Int] {
    let store = stage.program.store
    var moved = [Int](repeating: -1, count: store.count)
    for node in moved.indices where stage.number[node] >= 0 {
      let operands = store.operands(of: node).map { Value(moved[Int($0.node)], Int($0.output)) }
      let types = (0..<store.resultCount(of: node)).map { store.type(of: Value(node, $0)) }
      moved[node] = arena.add(store.op(of: node), operands) { types }.node
    }
    return moved
  }

  private func op(_ sharedNode: Int) -> Int32 { arena.nodes[sharedNode].op }
  private func hasOneOp(_ before: Int, _ after: Int) -> Bool { op(shared.old[before]) == op(shared.new[after]) }

  /// What an old value is in the new stage, as a value of the joint arena.
  private func moved(_ value: Value) -> Value {
    let node = Int(value.node)
    return Value(partner.old[node].map { shared.new[$0] } ?? shared.old[node], Int(value.output))
  }

  private func operands(of before: Int) -> [Value] { old.program.store.operands(of: before).map(moved) }

  private func operands(new after: Int) -> [Value] {
    new.program.store.operands(of: after).map { Value(shared.new[Int($0.node)], Int($0.output)) }
  }

  /// Whether two nodes are one op on operands that are the same or paired.
  func isPassedOn(_ before: Int, _ after: Int) -> Bool {
    hasOneOp(before, after) && operands(of: before) == operands(new: after)
  }

  private mutating func pair(_ before: Int, _ after: Int) -> Bool {
    guard partner.old[before] == nil, !isInNew.contains(shared.old[before]) else { return false }
    guard partner.new[after] == nil, !isInOld.contains(shared.new[after]) else { return false }
    partner.old[before] = after
    partner.new[after] = before
    return true
  }

  private mutating func pairUpwards() {
    func key(_ op: Int32, _ operands: [Value]) -> Key {
      let isSymmetric = arena.ops[Int(op)] is Add || arena.ops[Int(op)] is Multiply
      return Key(
        op: op, operands: isSymmetric ? operands.sorted { ($0.node, $0.output) < ($1.node, $1.output) } : operands)
    }
    var known: [Key: Int] = [:]
    for node in shared.new.indices where shared.new[node] >= 0 && !isInOld.contains(shared.new[node]) {
      known[key(op(shared.new[node]), operands(new: node))] = node
    }
    for node in shared.old.indices where shared.old[node] >= 0 && !isInNew.contains(shared.old[node]) {
      let operands = operands(of: node)
      if !operands.isEmpty, let after = known[key(op(shared.old[node]), operands)] { _ = pair(node, after) }
    }
  }

  private mutating func pairDownwards() {
    var pending: [(Int, Int)] = []
    for root in new.program.roots {
      guard let before = old.program.roots.first(where: { $0.target == root.target }) else { continue }
      pending.append((Int(before.value.node), Int(root.value.node)))
    }
    while let (before, after) = pending.popLast() {
      if hasOneOp(before, after) {
        if pair(before, after) { pending += changedOperands(before, after) }
      } else if isIdentity(before) {
        pending.append((Int(old.program.store.operands(of: before).first!.node), after))
      } else if pair(before, after) {
        pending += changedOperands(before, after).filter { hasOneOp($0.0, $0.1) }
      } else if isInOld.contains(shared.new[after]), partner.old[before] == nil {
        partner.old[before] = after
      }
    }
  }

  /// Whether a node has the value of its operand.
  private func isIdentity(_ node: Int) -> Bool {
    let op = old.program.store.op(of: node)
    return op is AssignOp || op is StopGradient
  }

  /// The operands of two nodes that are not the same, side by side.
  private func changedOperands(_ before: Int, _ after: Int) -> [(Int, Int)] {
    var left = Array(old.program.store.operands(of: before))
    var right = Array(new.program.store.operands(of: after))
    for value in left {
      let wanted = moved(value)
      let same = right.firstIndex { Value(shared.new[Int($0.node)], Int($0.output)) == wanted }
      guard let same, let own = left.firstIndex(of: value) else { continue }
      left.remove(at: own)
      right.remove(at: same)
    }
    return zip(left, right).map { (Int($0.node), Int($1.node)) }
  }
}
