package import TapestryCore
import TapestryGraph

// The rewrite engine: one bottom-up sweep into a fresh arena, each node brought to normal form as it is made.
//
// The nodes that the roots reach are visited in their order, operands first. A node is rebuilt on the normal forms of
// its operands and then settled: the rules registered for its op are tried in their order, and the first that answers
// replaces the node. What it made is settled in turn, operands first, by an explicit stack (nothing here recurses), and
// the normal form of the answer is the normal form of the node. A node no rule answers for is its own normal form. Both
// outcomes are remembered for each node of the new arena, which is hash-consed, so an expression is rewritten once no
// matter who makes it again, and common subexpressions, also those that rules create, are one node.
// Rules that chase each other are caught in two ways: a node met again while it is being settled, and more than
// `mostApplications` applications for one node of the old graph. Which rules an op has is worked out once for each op
// type and kept by the number of the op. The new arena holds the nodes rules replaced, too; a last compaction drops
// them, and gives each node that stays the origins of the old nodes it stands for and the names of the rules behind it.

package struct Rewriter {
  /// How often a rule was tried and how often it fired.
  package struct Count: Sendable, Equatable {
    package let rule: String
    package var tries = 0
    package var hits = 0
  }

  /// What is known of a node of the new arena.
  private enum State {
    case unseen
    /// Its operands or its replacement are being settled.
    case active
    /// Replaced by these values, which may not be settled yet.
    case rewritten([Value], rule: Int32)
    /// Its normal form, for each result.
    case settled([Value])
    /// It is its own normal form.
    case normal
  }

  private let rules: [Rule]
  private let old: ProgramGraph
  private let reader: GraphReader
  /// From the old arena to the new one.
  private var transfer: NodeTransfer
  private var states: [State] = []
  /// The nodes being settled, each after those it waits for.
  private var waiting: [Int32] = []
  /// The operands of the node being rebuilt.
  private var operands: [Value] = []
  /// Rules by interned number of the new arena's ops, and by op type.
  private var rulesByNumber: [[Int32]] = []
  private var rulesByType: [(type: any Op.Type, rules: [Int32])] = []
  /// For each new node the old nodes it stands for, and the rules that made it.
  private var links = LinkLists()
  private var ruleLinks = LinkLists()
  private var applications = 0

  package private(set) var counts: [Count]
  /// The rules that made the nodes of the result.
  package private(set) var trail = RuleTrail()
  /// Nodes read from either graph.
  package private(set) var reads = 0
  /// The rule applied last.
  package private(set) var lastApplied: String?

  package init(_ rules: [Rule], _ program: ProgramGraph, _ options: RewriteOptions = RewriteOptions()) {
    self.rules = rules
    old = program
    let (transfer, arena) = NodeTransfer.toEmptyArena(from: program.store)
    self.transfer = transfer
    reader = GraphReader(Graph(arena), options)
    counts = rules.map { Count(rule: $0.name) }
  }

  /// The program in normal form.
  ///
  /// - Parameter trail: the rules behind the nodes of the program given.
  /// - Throws: `internalFault` naming the rule, when rules do not come to an end or one gives a value of a wrong type.
  package mutating func run(trail before: RuleTrail = RuleTrail()) throws(TapestryError) -> ProgramGraph {
    let uses = old.useCounts()
    var moved = [Int32](repeating: -1, count: old.store.count)
    for node in uses.indices where uses[node] > 0 {
      let made = rebuild(node, moved)
      let firstNew = states.count
      try settle(made, of: node)
      moved[node] = Int32(made)
      for created in firstNew..<states.count { links.add(Int32(node), to: created) }
      for output in 0..<old.store.resultCount(of: node) {
        links.add(Int32(node), to: Int(normalValue(Value(made, output)).node))
      }
      reader.addUses(uses[node], of: Int(normalValue(Value(made)).node))
    }
    reads += reader.reads
    if applications == 0, !uses.contains(0) {
      trail = before
      return old
    }
    return finish(moved, before)
  }

  /// The node of an old one in the new arena, on the normal forms of its operands.
  private mutating func rebuild(_ node: Int, _ moved: [Int32]) -> Int {
    reads += 1
    operands.removeAll(keepingCapacity: true)
    for operand in old.store.operands(of: node) { operands.append(normalForm(of: operand, moved)) }
    return reader.graph.withStore { $0.copy(node, operands, by: &transfer) }
  }

  /// What a value of the old graph has become.
  private func normalForm(of value: Value, _ moved: [Int32]) -> Value {
    normalValue(Value(Int(moved[Int(value.node)]), Int(value.output)))
  }

  private func isSettled(_ node: Int32) -> Bool {
    guard Int(node) < states.count else { return false }
    switch states[Int(node)] {
    case .settled, .normal: return true
    default: return false
    }
  }

  /// Brings a node of the new arena to normal form.
  private mutating func settle(_ first: Int, of root: Int) throws(TapestryError) {
    if first < states.count, isSettled(Int32(first)) { return }
    waiting.append(Int32(first))
    var applied = 0
    while let top = waiting.last.map(Int.init) {
      if top >= states.count { growStates() }
      switch states[top] {
      case .settled, .normal:
        waiting.removeLast()
      case .rewritten(let values, let rule):
        if let next = values.first(where: { !isSettled($0.node) })?.node {
          try push(next, after: rule, root)
        } else {
          states[top] = .settled(values.map { normalValue($0) })
        }
      case .unseen, .active:
        states[top] = .active
        // The first was rebuilt on normal forms.
        if top != first, let next = reader.operand(of: top, where: { !isSettled($0.node) }) {
          try push(next.node, after: nil, root)
        } else if top != first, let normal = normalOperands(of: top) {
          let (copy, count) = reader.graph.withStore { ($0.add(like: top, normal), $0.resultCount(of: top)) }
          states[top] = .rewritten((0..<count).map { Value(copy, $0) }, rule: -1)
        } else if let (values, rule) = try apply(top) {
          applied += 1
          guard applied <= reader.options.mostApplications else { throw endless(root, rule, applied) }
          states[top] = .rewritten(values, rule: rule)
        } else {
          states[top] = .normal
        }
      }
    }
    growStates()
  }

  private func normalValue(_ value: Value) -> Value {
    if case .settled(let values) = states[Int(value.node)] { return values[Int(value.output)] }
    return value
  }

  /// The normal forms of a node's operands, where one is not its own.
  private func normalOperands(of node: Int) -> [Value]? {
    reader.graph.withStore { store in
      let operands = store.operands(of: node)
      return operands.contains { normalValue($0) != $0 } ? operands.map { normalValue($0) } : nil
    }
  }

  private mutating func growStates() {
    let count = reader.graph.nodeCount
    while states.count < count { states.append(.unseen) }
  }

  private mutating func push(_ node: Int32, after rule: Int32?, _ root: Int) throws(TapestryError) {
    if Int(node) >= states.count { growStates() }
    switch states[Int(node)] {
    case .active, .rewritten: throw endless(root, rule ?? lastRule, nil)
    default: waiting.append(node)
    }
  }

  private var lastRule: Int32 { Int32(rules.firstIndex { $0.name == lastApplied } ?? -1) }

  /// Tries the rules of a node; the first answer that is not the node itself counts.
  private mutating func apply(_ node: Int) throws(TapestryError) -> ([Value], rule: Int32)? {
    let candidates = candidates(of: node)
    guard !candidates.isEmpty else { return nil }
    let match = reader.match(Tensor(reader.graph, Value(node)))
    for rule in candidates {
      guard applications < reader.options.applicationBudget else { return nil }
      counts[Int(rule)].tries += 1
      let before = reader.graph.nodeCount
      guard let answer = rules[Int(rule)].rewrite(match) else { continue }
      let values = try check(answer, node, rule)
      if values.enumerated().allSatisfy({ $1 == Value(node, $0) }) { continue }
      counts[Int(rule)].hits += 1
      applications += 1
      lastApplied = rules[Int(rule)].name
      for created in before..<reader.graph.nodeCount { ruleLinks.add(rule, to: created) }
      for value in values { ruleLinks.add(rule, to: Int(value.node)) }
      return (values, rule)
    }
    return nil
  }

  /// The rules of a node's op.
  private mutating func candidates(of node: Int) -> [Int32] {
    let number = reader.opNumber(of: node)
    while rulesByNumber.count <= number {
      let next = rulesByNumber.count
      let type = type(of: reader.graph.withStore { $0.ops[next] })
      if let known = rulesByType.first(where: { $0.type == type }) {
        rulesByNumber.append(known.rules)
      } else {
        rulesByNumber.append(rules.indices.filter { rules[$0].isRooted(type) }.map(Int32.init))
        rulesByType.append((type, rulesByNumber[next]))
      }
    }
    return rulesByNumber[number]
  }

  /// The values of an answer, each broadcast to the type of the result it replaces.
  private func check(_ answer: [Tensor], _ node: Int, _ rule: Int32) throws(TapestryError) -> [Value] {
    let types = reader.graph.withStore { $0.resultTypes(of: node) }
    guard answer.count == types.count else {
      throw fault(rule, "gives \(answer.count) values for a node with \(types.count) results", node)
    }
    var values: [Value] = []
    for (tensor, type) in zip(answer, types) {
      guard !tensor.isPoisoned else {
        throw fault(rule, "records a wrong expression", node, notes: reader.graph.diagnostics.map(\.description))
      }
      guard tensor.dtype == type.dtype, tensor.shape.broadcast(with: type.shape) == type.shape else {
        throw fault(rule, "gives \(tensor.type) for \(type)", node)
      }
      values.append(tensor.broadcast(to: type.shape).value)
    }
    return values
  }

  private func fault(
    _ rule: Int32, _ what: String, _ node: Int, notes: [String] = []
  ) -> TapestryError {
    let op = type(of: reader.graph.withStore { $0.op(of: node) }).name
    return TapestryError(
      .internalFault, "rule '\(rules[Int(rule)].name)' \(what), at op '\(op)'",
      remedy: "this is a fault of Tapestry: leave the rule's pass out and report it", notes: notes)
  }

  private func endless(_ root: Int, _ rule: Int32, _ applied: Int?) -> TapestryError {
    let op = type(of: old.store.op(of: root)).name
    let name = rule < 0 ? lastApplied ?? "" : rules[Int(rule)].name
    let how = applied.map { "\($0) applications" } ?? "coming back to where it was"
    return TapestryError(
      .internalFault, "rewriting node %\(root) (\(op)) does not end: after \(how) the last rule is '\(name)'",
      remedy: "this is a fault of Tapestry: leave the rule's pass out and report it",
      at: old.store.origins(of: root).first?.place)
  }

  /// The program without the nodes that were replaced, with origins and rules.
  private mutating func finish(_ moved: [Int32], _ before: RuleTrail) -> ProgramGraph {
    func value(_ value: Value) -> Value {
      value.isPoison || moved[Int(value.node)] < 0 ? .poison : normalForm(of: value, moved)
    }
    var store = reader.graph.snapshot
    store.effects = old.store.effects.mapValues(value)
    let roots = old.roots.map { ProgramGraph.Root($0.target, value($0.value)) }
    var compaction = Compaction(ProgramGraph(store: store, roots: roots), keepsOrigins: false)
    var transfer = compaction.takeOrigins(from: old.store)
    trail = RuleTrail(numberedAs: before)
    let numbers = counts.map { $0.hits > 0 ? trail.number(of: $0.rule) : -1 }
    for (node, source) in compaction.sources.enumerated() {
      for ancestor in links.list(source) {
        compaction.copyOrigins(of: Int(ancestor), to: node, by: &transfer)
        trail.add(before, of: Int(ancestor), to: node)
      }
      for rule in ruleLinks.list(source) { trail.add(numbers[Int(rule)], to: node) }
    }
    reads += compaction.reads
    return compaction.program
  }
}

extension ProgramGraph {
  /// How often each node is used by nodes that the roots reach, and by roots; 0 for those not reached.
  func useCounts() -> [Int32] {
    var uses = [Int32](repeating: 0, count: store.count)
    for root in roots { uses[Int(root.value.node)] += 1 }
    for node in uses.indices.reversed() where uses[node] > 0 {
      for operand in store.operands(of: node) { uses[Int(operand.node)] += 1 }
    }
    return uses
  }
}
