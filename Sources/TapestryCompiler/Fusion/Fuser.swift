import TapestryCore
import TapestryGraph

// Fusion: which nodes become one kernel.
//
// Nodes are visited once, in topological order. Each fusable node starts a group of its own and joins as many of the
// groups that produce its operands as it can. Two things must hold for a set of nodes to be one kernel: its members
// share a frame (`FusionFit` decides each edge), and no path leaves the set and comes back, since kernels run whole.
// The second is kept true by levels: every edge between two groups goes from a lower level to a strictly higher one, so
// there is no circle. A node's level is the highest of its groups', or one above a group it cannot join. A lower group
// may be lifted to the node's level when nothing placed so far needs it before (`firstNeed`); that is how the update of
// an optimizer, whose own state is ready from the start, still joins the gradient it waits for. Each edge is looked at
// a bounded number of times, so the pass is linear.

struct Fuser {
  /// Nodes of one kernel at the most: registers, constants and operands are numbered in 16 bits.
  private static let mostMembers = 2048

  private struct Group {
    var frame: FusionFrame
    var level: Int
    /// The lowest level of a group that reads this one.
    var firstNeed = Int.max
    var members: [Int]
    var product = -1
    var isFused = true
  }

  private let graph: GraphStore
  private let views: ViewAccesses
  private let trace: AxisTrace
  private let reachable: [Bool]
  private let joins: Bool
  private var groups: [Group] = []
  /// Group of each node before groups were joined; `find` follows the joins.
  private var start: [Int32]
  private var parent: [Int32] = []
  private var isKept: [Bool]
  private var refusals: [FusionEdge: FusionRefusal] = [:]
  private var edgeVisits = 0

  /// - Parameter joins: whether nodes are joined at all.
  init(_ graph: GraphStore, _ views: ViewAccesses, reachable: [Bool], joins: Bool) {
    self.joins = joins
    self.graph = graph
    self.views = views
    self.reachable = reachable
    trace = AxisTrace(graph, reachable: reachable)
    start = [Int32](repeating: -1, count: graph.count)
    isKept = [Bool](repeating: false, count: graph.count)
  }

  /// Cuts the graph into kernels.
  ///
  /// - Complexity: O(nodes + edges), up to the inverse Ackermann function.
  mutating func plan() -> FusionPlan {
    for node in 0..<graph.count where reachable[node] && !views.isCounting(node) {
      switch graph.nodes[node].fusion {
      case .leaf: break
      case .view: if views.isCopied(node) { placeAlone(node, isFused: true) }
      case .opaque: placeAlone(node, isFused: false)
      case .product: placeAlone(node, isFused: true)
      case .elementwise, .reduction: place(node)
      }
    }
    return finished()
  }

  private mutating func find(_ group: Int32) -> Int {
    var root = group
    while parent[Int(root)] != root { root = parent[Int(root)] }
    var walker = group
    while parent[Int(walker)] != root { (parent[Int(walker)], walker) = (root, parent[Int(walker)]) }
    return Int(root)
  }

  /// The group that makes a value's memory, or nil for leaves.
  private mutating func producer(of value: Value) -> Int? {
    let node = Int(views.base(of: value).node)
    return start[node] < 0 ? nil : find(start[node])
  }

  private mutating func newGroup(_ node: Int, _ frame: FusionFrame, level: Int) -> Int {
    start[node] = Int32(groups.count)
    parent.append(Int32(groups.count))
    groups.append(Group(frame: frame, level: level, members: [node]))
    return groups.count - 1
  }

  private mutating func placeAlone(_ node: Int, isFused: Bool) {
    let sources = graph.operands(of: node).compactMap { producer(of: $0) }
    let level = (sources.map { groups[$0].level + 1 }.max() ?? 0)
    let isProduct = graph.nodes[node].fusion == .product
    let shape = isProduct || !isFused ? graph.type(of: Value(node)).shape : views.copiedShape(node)
    var frame = FusionFrame(space: SqueezedShape(shape).extents)
    frame.hasProduct = isProduct
    let group = newGroup(node, frame, level: level)
    groups[group].isFused = isFused
    if isProduct { groups[group].product = node }
    for source in sources { groups[source].firstNeed = min(groups[source].firstNeed, level) }
    if isFused {
      for operand in graph.operands(of: node) { refuse(operand, node, .notFusable(type(of: graph.op(of: node)).name)) }
    }
  }

  /// Notes why an edge is left.
  private mutating func refuse(_ operand: Value, _ node: Int, _ reason: FusionRefusal) {
    let source = Int(views.base(of: operand).node)
    guard start[source] >= 0, groups[find(start[source])].isFused else { return }
    refusals[FusionEdge(source, node)] = reason
  }

  /// An operand that may be computed in the same kernel.
  private struct Candidate {
    let operand: Value
    let node: Int
    let axes: [Int]
    let group: Int
  }

  private mutating func place(_ node: Int) {
    let op = graph.op(of: node)
    let operands = Array(graph.operands(of: node))
    let reduction = op as? any ReductionOp
    let readShape = reduction != nil ? graph.type(of: operands[0]).shape : graph.type(of: Value(node)).shape
    let squeezed = SqueezedShape(readShape)
    let frame = FusionFrame(space: squeezed.extents, reduced: reduction.map { squeezed.places(of: $0.axes) } ?? [])
    // One that combines nothing, over no axes or axes of extent 1, passes its operand on.
    let isReduction = !frame.reduced.isEmpty
    var floor = 0
    var candidates: [Candidate] = []
    var separate: Set<Int> = []
    for operand in operands {
      guard let group = producer(of: operand) else { continue }
      guard !(op is any PlacedOp) else {
        floor = max(floor, groups[group].level + 1)
        refuse(operand, node, .misaligned)
        continue
      }
      let traced = trace[operand]
      let aligned = AxisTrace.alignment(of: graph.type(of: operand).shape, in: readShape)
      let isSeen = joins && traced.source == views.base(of: operand) && groups[group].isFused
      if isSeen {
        candidates.append(
          Candidate(
            operand: operand, node: Int(traced.source.node), axes: traced.axes.map { aligned[$0] }, group: group))
      } else {
        floor = max(floor, groups[group].level + 1)
        separate.insert(group)
        refuse(operand, node, .viewBetween)
      }
    }
    candidates.removeAll { separate.contains($0.group) }
    let joined = choose(node, candidates, frame, isReduction, &floor)
    join(node, joined, level: joined.groups.map { groups[$0].level }.reduce(floor, max), isReduction)
    for operand in operands {
      guard let source = producer(of: operand), source != find(start[node]) else { continue }
      groups[source].firstNeed = min(groups[source].firstNeed, groups[find(start[node])].level)
    }
  }

  /// The groups a node joins and the frame that results.
  private struct Choice {
    var frame: FusionFrame
    var groups: [Int] = []
    var keptGroups: [Int] = []
    var nodeIsKept: Bool
  }

  /// Leaves out candidates until the others can all be joined at one level, which `floor` is raised to.
  private mutating func choose(
    _ node: Int, _ unsorted: [Candidate], _ frame: FusionFrame, _ isReduction: Bool, _ floor: inout Int
  ) -> Choice {
    // Products first, since only one fits; then the widest spaces.
    let candidates = unsorted.sorted { a, b in
      let (x, y) = (groups[a.group], groups[b.group])
      if x.frame.hasProduct != y.frame.hasProduct { return x.frame.hasProduct }
      if x.frame.space.count != y.frame.space.count { return x.frame.space.count > y.frame.space.count }
      return (x.level, a.node) > (y.level, b.node)
    }
    // A group that cannot be lifted is left out for good; one that only conflicts with a group chosen before it is tried
    // again whenever a group has been left out.
    let base = floor
    var excluded: [Int: FusionRefusal] = [:]
    search: while true {
      var choice = Choice(frame: frame, nodeIsKept: false)
      var dropped = excluded
      edgeVisits += 1 + candidates.count
      for candidate in candidates where dropped[candidate.group] == nil {
        guard let reason = extend(&choice, candidate, isReduction) else { continue }
        if choice.groups.contains(candidate.group) {
          // A second edge from a group that has shaped the choice already: without it the choice is another.
          excluded[candidate.group] = reason
          continue search
        }
        dropped[candidate.group] = reason
      }
      floor = dropped.keys.reduce(base) { max($0, groups[$1].level + 1) }
      let level = choice.groups.map { groups[$0].level }.reduce(floor, max)
      let unliftable = choice.groups.filter { groups[$0].level < level && groups[$0].firstNeed <= level }
      guard !unliftable.isEmpty else {
        for candidate in candidates {
          if let reason = dropped[candidate.group] { refuse(candidate.operand, node, reason) }
        }
        return choice
      }
      for group in unliftable { excluded[group] = .neededEarlier }
    }
  }

  /// Adds a candidate's group to a choice; the reason when it does not fit.
  private func extend(_ choice: inout Choice, _ candidate: Candidate, _ isReduction: Bool) -> FusionRefusal? {
    let group = groups[candidate.group]
    let size = choice.groups.reduce(1) { $0 + groups[$1].members.count } + group.members.count
    if size > Fuser.mostMembers { return .kernelFull }
    let wasJoined = choice.groups.contains(candidate.group)
    let producerIsKept = isKept[candidate.node] || wasJoined && choice.keptGroups.contains(candidate.group)
    let fit = FusionFit(
      producer: wasJoined ? choice.frame : group.frame, producerIsKept: producerIsKept, axes: candidate.axes,
      consumer: wasJoined ? FusionFrame(space: choice.frame.space, reduced: choice.frame.reduced) : choice.frame,
      readsKept: choice.nodeIsKept && !isReduction)
    switch fit {
    case .refused(let reason): return reason
    case .same(let frame): choice.frame = wasJoined ? choice.frame : frame
    case .producerKept(let frame):
      if wasJoined { return .misaligned }
      choice.frame = frame
      choice.keptGroups.append(candidate.group)
    case .consumerKept(let frame):
      if wasJoined || isReduction { return isReduction ? .reducesAgain : .misaligned }
      choice.frame = frame
      choice.nodeIsKept = true
      choice.keptGroups += choice.groups
    }
    if !wasJoined { choice.groups.append(candidate.group) }
    return nil
  }

  /// Makes the node and the groups chosen one group.
  private mutating func join(_ node: Int, _ choice: Choice, level: Int, _ isReduction: Bool) {
    isKept[node] = choice.nodeIsKept || isReduction
    var target = newGroup(node, choice.frame, level: level)
    for group in choice.keptGroups { for member in groups[group].members { isKept[member] = true } }
    for group in choice.groups {
      let (small, large) =
        groups[group].members.count < groups[target].members.count ? (group, target) : (target, group)
      parent[small] = Int32(large)
      groups[large].members += groups[small].members
      groups[large].product = max(groups[large].product, groups[small].product)
      groups[large].firstNeed = min(groups[large].firstNeed, groups[small].firstNeed)
      groups[small].members = []
      target = large
    }
    groups[target].frame = choice.frame
    groups[target].level = level
  }

  private mutating func finished() -> FusionPlan {
    var plan = FusionPlan()
    plan.edgeVisits = edgeVisits
    plan.groupOf = [Int32](repeating: -1, count: graph.count)
    plan.isKept = isKept
    let order = groups.indices.filter { !groups[$0].members.isEmpty }.sorted {
      (groups[$0].level, $0) < (groups[$1].level, $1)
    }
    for index in order {
      let group = groups[index]
      let members = group.members.sorted()
      for member in members { plan.groupOf[member] = Int32(plan.groups.count) }
      plan.groups.append(
        FusionGroup(
          members: members, space: group.frame.space, reduced: group.frame.reduced, product: group.product,
          isFused: group.isFused))
    }
    plan.refusals = refusals.filter { plan.groupOf[Int($0.key.producer)] != plan.groupOf[Int($0.key.consumer)] }
    return plan
  }
}
