import TapestryCore
import TapestryGraph

// Fusion: which nodes become one kernel.
//
// Two things must hold for a set of nodes to be one kernel: its members share a frame (`FusionFrame` decides each edge),
// and no path leaves the set and comes back (`FusionGroups` keeps the order that says so). Nodes are placed once, in
// topological order: each fusable node starts as a group of its own and joins as many of the groups that make its
// operands as fit together. Afterwards every edge that is left between two groups is tried again, now that both are
// known as wholes (a group that had another space may fit the reduced results its reader has by now), until no join is
// left to make, so every kernel is a maximal one. Last, groups that read the same value at every point of one space
// join, too: it is read once; sums of the columns of a matrix move to products by it; and a max pool joins the
// convolution that only it reads. The gradient of a max pool may be no kernel at all (`PooledCotangents`). Each edge is looked at a bounded number of times, so fusion is linear.

/// The state of one cut. A reference type, so that what it walks is not copied into closures.
final class Fuser {
  /// Nodes of one kernel at the most: registers, constants and operands are numbered in 16 bits.
  static let mostMembers = 2048
  /// Rounds of joins among groups at the most; a join rarely makes room for another.
  private static let mostRounds = 8

  let graph: GraphStore
  let views: ViewAccesses
  let reachable: [Bool]
  /// What is handed out: memory of its own, whoever reads it.
  let roots: Set<Value>
  let trace: AxisTrace
  /// The gradients of max pools that their readers make.
  let cotangents: PooledCotangents
  private let joins: Bool
  var groups: FusionGroups
  var isKept: [Bool]
  private var refusals: [FusionEdge: FusionRefusal] = [:]

  /// - Parameter joins: whether nodes are joined at all.
  init(_ graph: GraphStore, _ views: ViewAccesses, reachable: [Bool], roots: [Value], joins: Bool) {
    self.joins = joins
    self.roots = Set(roots.map { views.base(of: $0) })
    cotangents = joins ? PooledCotangents(graph, reachable: reachable, roots: self.roots) : PooledCotangents()
    self.graph = graph
    self.views = views
    self.reachable = reachable
    trace = AxisTrace(graph, reachable: reachable)
    groups = FusionGroups(nodes: graph.count)
    isKept = [Bool](repeating: false, count: graph.count)
  }

  /// Cuts the graph into kernels.
  ///
  /// - Complexity: O(nodes + edges), up to the inverse Ackermann function.
  func plan() -> FusionPlan {
    for node in 0..<graph.count where reachable[node] && !views.isCounting(node) {
      switch graph.nodes[node].fusion {
      case .leaf: break
      case .view: if views.isCopied(node) { placeAlone(node) }
      case .opaque, .product: if !cotangents.contains(node) { placeAlone(node) }
      case .elementwise, .reduction: place(node)
      }
    }
    var rounds = 0
    while joins, rounds < Fuser.mostRounds, joinAlongEdges() || joinReadersOfOneValue() || moveColumnSums() {
      rounds += 1
    }
    if joins { joinPools() }
    return finished()
  }

  /// Makes a node that reads its operands from memory a group.
  private func placeAlone(_ node: Int) {
    let fusion = graph.nodes[node].fusion
    let shape = fusion == .view ? views.copiedShape(node) : graph.type(of: Value(node)).shape
    var frame = FusionFrame(space: SqueezedShape(shape).extents)
    frame.hasProduct = fusion == .product
    let obstacle = FusionRefusal.notFusable(type(of: graph.op(of: node)).name)
    let edges = cotangents.operands(of: node, in: graph).map { operand in
      FusionGroups.Edge(
        producer: Int(views.base(of: operand).node), consumer: node, axes: [], isCombined: false, obstacle: obstacle)
    }
    let group = groups.add(node, frame, reading: edges)
    groups[group].isFused = fusion != .opaque
    if fusion == .product { groups[group].product = node }
    for edge in edges { refuse(edge, obstacle) }
  }

  /// Makes a node that fuses a group and joins it with those of its operands.
  private func place(_ node: Int) {
    let readShape = readShape(of: node)
    let squeezed = SqueezedShape(readShape)
    let isReduction = graph.nodes[node].fusion == .reduction
    let axes = isReduction ? OpCatalogue.reduction(graph.op(of: node))?.axes ?? [] : []
    let frame = FusionFrame(space: squeezed.extents, reduced: squeezed.places(of: axes))
    // One that combines nothing, over no axes or axes of extent 1, passes its operand on.
    isKept[node] = !frame.reduced.isEmpty
    let edges = graph.operands(of: node).map { edge(from: $0, to: node, readShape, isCombined: isKept[node]) }
    let group = groups.add(node, frame, reading: edges)
    for edge in edges { if let obstacle = edge.obstacle { refuse(edge, obstacle) } }
    join(group, of: node, edges)
  }

  /// The shape whose points a fusable node reads its operands at.
  private func readShape(of node: Int) -> Shape {
    let isReduction = graph.nodes[node].fusion == .reduction
    return graph.type(of: isReduction ? graph.operands(of: node).first! : Value(node)).shape
  }

  private func edge(
    from operand: Value, to node: Int, _ readShape: Shape, isCombined: Bool
  ) -> FusionGroups.Edge {
    let base = views.base(of: operand)
    let traced = trace[operand]
    var obstacle: FusionRefusal?
    if OpCatalogue.isPlaced(graph.opType(of: node)) {
      obstacle = .misaligned
    } else if let group = groups.group(of: Int(base.node)), !groups[group].isFused || !joins || traced.source != base {
      obstacle = .viewBetween
    }
    let aligned = AxisTrace.alignment(of: graph.type(of: operand).shape, in: readShape)
    return FusionGroups.Edge(
      producer: Int(base.node), consumer: node, axes: traced.axes.map { aligned[$0] }, isCombined: isCombined,
      obstacle: obstacle)
  }

  /// Notes why an edge between fusable nodes is left.
  func refuse(_ edge: FusionGroups.Edge, _ reason: FusionRefusal) {
    guard let source = groups.group(of: edge.producer), groups[source].isFused else { return }
    refusals[FusionEdge(edge.producer, edge.consumer)] = reason
  }

  /// The frame of a group and another as one kernel, in which every edge from the first to the second is legal.
  ///
  /// - Parameters:
  ///   - frame: of the second group.
  ///   - size: members of the second group.
  ///   - edges: all edges from the first to the second.
  /// - Throws: why there is none.
  func jointFrame(
    _ first: Int, _ frame: FusionFrame, _ size: Int, _ edges: [FusionGroups.Edge]
  ) throws(FusionRefusal) -> JoinedFrame {
    if let obstacle = edges.lazy.compactMap(\.obstacle).first { throw obstacle }
    if groups[first].members.count + size > Fuser.mostMembers { throw .kernelFull }
    let joined = try groups[first].frame.joined(with: frame)
    for edge in edges {
      try joined.frame.check(
        axes: edge.axes, isKept: joined.firstIsKept || isKept[edge.producer],
        readsKept: !edge.isCombined && (joined.secondIsKept || isKept[edge.consumer]))
    }
    return joined
  }

  /// Makes two groups on one level one kernel.
  func join(_ first: Int, _ second: Int, _ joined: JoinedFrame) -> Int {
    for (group, becomesKept) in [(first, joined.firstIsKept), (second, joined.secondIsKept)] where becomesKept {
      for member in groups[group].members { isKept[member] = true }
    }
    return groups.join(first, second, joined.frame)
  }

  private func finished() -> FusionPlan {
    var plan = FusionPlan()
    plan.edgeVisits = groups.visits
    plan.groupOf = [Int32](repeating: -1, count: graph.count)
    plan.isKept = isKept
    plan.cotangents = cotangents
    let all = groups.groups
    let order = all.indices.filter { !all[$0].members.isEmpty }.sorted { (all[$0].level, $0) < (all[$1].level, $1) }
    for group in order.lazy.map({ all[$0] }) {
      let members = group.members.sorted()
      for member in members { plan.groupOf[member] = Int32(plan.groups.count) }
      plan.groups.append(
        FusionGroup(
          members: members, space: group.frame.space, reduced: group.frame.reduced, product: group.product,
          isFused: group.isFused,
          pool: group.product < 0 ? -1 : members.first { graph.isOp($0, MaxPool.self) } ?? -1,
          columnSum: group.columnSum))
    }
    plan.refusals = refusals.filter { plan.groupOf[Int($0.key.producer)] != plan.groupOf[Int($0.key.consumer)] }
    return plan
  }
}
