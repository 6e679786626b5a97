// Groups of nodes that become kernels, and the order that keeps them from waiting for each other in a circle.
//
// Kernels run whole, so no path may leave a group and come back. Every group has a level, and every edge between two
// groups goes from a lower level to a strictly higher one. Two groups are joined on the level of the higher one: the
// lower is lifted, and what reads it, what reads that, and so on, is lifted as far where the order asks for it. A lift
// that would move a group the joined one depends on has found a path around, so the join is refused; without such a path
// the lift always succeeds, which is why the levels never cost a join (a bounded search as in Pearce and Kelly, "A
// dynamic topological sort algorithm for directed acyclic graphs", 2006, section 3, with levels in place of positions).
// All lifts of one plan share a credit of steps that grows with the graph, so the work is linear; when it is used up,
// a lift looks at a few neighbours only, and a join that would need more is refused by a reason of its own.

struct FusionGroups {
  struct Group {
    var frame: FusionFrame
    var level: Int
    var members: [Int]
    /// The product whose epilogue the other members are, or -1.
    var product = -1
    /// The sum of the columns of the product's right operand that its kernel computes, too, or -1.
    var columnSum = -1
    var isFused = true
    /// Edges to readers outside the group, and from producers outside; some lead inside since groups were joined.
    var readers: [Int32] = []
    var sources: [Int32] = []
  }

  /// A node that reads the memory another one makes, views between them left out.
  struct Edge {
    let producer: Int
    let consumer: Int
    /// For each squeezed axis of the producer, the squeezed axis it is where the consumer reads it.
    let axes: [Int]
    /// Whether the consumer is a reduction, which reads at all points.
    let isCombined: Bool
    /// Why the two can never be one kernel.
    let obstacle: FusionRefusal?
  }

  private(set) var groups: [Group] = []
  private(set) var edges: [Edge] = []
  /// Group of each node before groups were joined, or -1; `parent` follows the joins.
  private var start: [Int32]
  private var parent: [Int32] = []
  /// The number of the lift that saw a group last.
  private var seen: [Int32] = []
  private var lifts: Int32 = 0
  private var credit: Int
  /// How many edges were looked at.
  var visits = 0

  /// Steps a lift may take: for each node of the graph, for one lift, and for one lift without any credit.
  private static let creditPerNode = 32
  private static let mostSteps = 4096
  private static let fewestSteps = 16

  init(nodes: Int) {
    start = [Int32](repeating: -1, count: nodes)
    credit = FusionGroups.creditPerNode * nodes
  }

  subscript(group: Int) -> Group {
    get { groups[group] }
    _modify { yield &groups[group] }
  }

  /// The group of a node, or nil when no kernel computes it.
  mutating func group(of node: Int) -> Int? {
    guard start[node] >= 0 else { return nil }
    var root = start[node]
    while parent[Int(root)] != root { root = parent[Int(root)] }
    var walker = start[node]
    while parent[Int(walker)] != root { (parent[Int(walker)], walker) = (root, parent[Int(walker)]) }
    return Int(root)
  }

  /// Makes a node a group of its own that reads others.
  ///
  /// - Returns: the group, on the lowest level above all it reads.
  mutating func add(_ node: Int, _ frame: FusionFrame, reading sources: [Edge]) -> Int {
    let group = groups.count
    start[node] = Int32(group)
    parent.append(Int32(group))
    seen.append(0)
    groups.append(Group(frame: frame, level: 0, members: [node]))
    for edge in sources {
      guard let source = self.group(of: edge.producer) else { continue }
      groups[group].level = max(groups[group].level, groups[source].level + 1)
      groups[source].readers.append(Int32(edges.count))
      groups[group].sources.append(Int32(edges.count))
      edges.append(edge)
    }
    return group
  }

  /// The edges from one group to another.
  mutating func edges(from first: Int, to second: Int) -> [Edge] {
    let forward = groups[first].readers.count <= groups[second].sources.count
    let candidates = forward ? groups[first].readers : groups[second].sources
    visits += candidates.count
    return candidates.map { edges[Int($0)] }.filter {
      group(of: $0.producer) == first && group(of: $0.consumer) == second
    }
  }

  /// Lifts a group to a level, and what must stay above it.
  ///
  /// - Parameters:
  ///   - staying: groups the lifted one is joined with, or that those depend on.
  ///   - partner: a group that may read the lifted one directly.
  /// - Returns: nil, or why nothing was lifted: `neededEarlier` when a path leads to one that stays, `tooManyBetween` when
  ///   the search was given up.
  mutating func lift(_ group: Int, to level: Int, staying: [Int], partner: Int? = nil) -> FusionRefusal? {
    let distance = level - groups[group].level
    guard distance > 0 else { return nil }
    lifts += 1
    seen[group] = lifts
    var lifted = [group]
    var place = 0
    var steps = 0
    let most = max(FusionGroups.fewestSteps, min(credit, FusionGroups.mostSteps))
    defer {
      credit = max(0, credit - steps)
      visits += steps
    }
    while place < lifted.count {
      let current = lifted[place]
      place += 1
      for edge in groups[current].readers {
        steps += 1
        if steps > most { return .tooManyBetween }
        guard let reader = self.group(of: edges[Int(edge)].consumer), seen[reader] != lifts else { continue }
        if current == group, reader == partner { continue }
        if staying.contains(reader) { return .neededEarlier }
        guard groups[reader].level <= groups[current].level + distance else { continue }
        seen[reader] = lifts
        lifted.append(reader)
      }
    }
    for group in lifted { groups[group].level += distance }
    return nil
  }

  /// Makes two groups on one level one.
  ///
  /// - Returns: the group of both.
  mutating func join(_ first: Int, _ second: Int, _ frame: FusionFrame) -> Int {
    let (small, large) =
      groups[first].members.count < groups[second].members.count ? (first, second) : (second, first)
    parent[small] = Int32(large)
    groups[large].frame = frame
    groups[large].members += groups[small].members
    groups[large].product = max(groups[large].product, groups[small].product)
    groups[large].columnSum = max(groups[large].columnSum, groups[small].columnSum)
    groups[large].readers += groups[small].readers
    groups[large].sources += groups[small].sources
    (groups[small].members, groups[small].readers, groups[small].sources) = ([], [], [])
    return large
  }

  /// Makes a node a member of a group on a lower level, which nothing the node reads depends on.
  mutating func move(_ node: Int, from upper: Int, to lower: Int) {
    start[node] = Int32(lower)
    groups[upper].members.removeAll { $0 == node }
    groups[lower].members.append(node)
    groups[lower].readers += groups[upper].readers.filter { edges[Int($0)].producer == node }
    groups[lower].sources += groups[upper].sources.filter { edges[Int($0)].consumer == node }
  }
}
