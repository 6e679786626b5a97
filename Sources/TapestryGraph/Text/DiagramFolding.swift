import TapestryCore

// What a drawing draws as one box: chains of elementwise nodes, scopes that repeat, kernels, and updates of parameters.
//
// Chains: an elementwise node whose only consumer is an elementwise node of the same cluster joins its consumer's box.
// The only edge out of the joined node stays inside the box, so no cycle can arise. Assignments and cuts stay visible.
// Boxes of fewer than three nodes are not worth the lost detail and are drawn in full.
//
// Repeated scopes: of scopes side by side with equal contents (ops, attributes, types, names of the scopes inside), the
// first is drawn in full and each other as one box. Contents are compared by a 64-bit hash made from the inside out,
// clusters in descending number, since children have larger numbers than their parents.
//
// Kernels, and innermost scopes of updates: each is one box, with the state and the views that nothing else reads. Kernels
// form no circle, and an update ends in its assignments. Everything is linear.

/// Which box stands for each node.
struct DiagramFolding {
  /// By node: the node that stands for it, or a cluster that does.
  enum Box: Hashable {
    case node(Int)
    case cluster(Int)
  }

  private(set) var boxes: [Box]
  /// By the last node of a folded chain: its nodes, in order.
  private(set) var chains: [Int: [Int]] = [:]
  /// By folded cluster: the cluster drawn in full that it repeats.
  private(set) var repeats: [Int: Int] = [:]
  /// The kernels and updates that are one box each, in rising number.
  private(set) var summaries: [Int] = []
  /// Nodes inside each folded cluster and what is nested in it.
  private(set) var sizes: [Int]

  /// The fewest nodes of a chain that are drawn as one.
  private static let shortestChain = 3

  init(_ store: GraphStore, _ tree: DiagramClusters, drawn: [Bool], kept: Set<Int>, options: GraphDiagram.Options) {
    boxes = drawn.indices.map { .node($0) }
    sizes = tree.clusters.map(\.nodes.count)
    for cluster in tree.clusters.indices.dropFirst().reversed() {
      sizes[tree.clusters[cluster].parent] += sizes[cluster]
    }
    if options.foldsChains { foldChains(store, tree, drawn, kept) }
    if options.foldsRepeatedScopes { foldScopes(store, tree) }
    if options.foldsKernelsAndUpdates { foldKernelsAndUpdates(store, tree, drawn, kept) }
  }

  /// - Parameter kept: nodes that must stay visible.
  private mutating func foldChains(_ store: GraphStore, _ tree: DiagramClusters, _ drawn: [Bool], _ kept: Set<Int>) {
    let none = -1
    let several = -2
    var consumer = [Int](repeating: none, count: drawn.count)
    for node in drawn.indices where drawn[node] {
      for operand in store.operands(of: node) {
        let producer = Int(operand.node)
        consumer[producer] = consumer[producer] == none || consumer[producer] == node ? node : several
      }
    }
    func mayFold(_ node: Int) -> Bool {
      let op = store.op(of: node)
      return drawn[node] && op.fusion == .elementwise && !(op is AssignOp) && !store.isCut(node)
    }
    var end = Array(drawn.indices)
    var members = [Int: [Int]]()
    for node in drawn.indices.reversed() where mayFold(node) {
      let next = consumer[node]
      if next >= 0, !kept.contains(node), mayFold(next), tree.cluster[next] == tree.cluster[node] {
        end[node] = end[next]
      }
      members[end[node], default: []].append(node)
    }
    for node in drawn.indices where end[node] == node {
      guard let chain = members[node], chain.count >= DiagramFolding.shortestChain else { continue }
      chains[node] = chain.reversed()
      for member in chain { boxes[member] = .node(node) }
    }
  }

  private mutating func foldScopes(_ store: GraphStore, _ tree: DiagramClusters) {
    let contents = DiagramFolding.contents(store, tree)
    var folded = [Int?](repeating: nil, count: tree.clusters.count)
    var first: [[UInt64]: Int] = [:]
    for (number, cluster) in tree.clusters.enumerated() where cluster.kind != .whole {
      if let outer = folded[cluster.parent] {
        folded[number] = outer
      } else if cluster.kind == .scope, sizes[number] > 1 {
        let key = [UInt64(cluster.parent), contents[number], UInt64(sizes[number])]
        if let original = first[key] {
          folded[number] = number
          repeats[number] = original
        } else {
          first[key] = number
        }
      }
      if let box = folded[number] {
        for node in cluster.nodes { boxes[node] = .cluster(box) }
      }
    }
  }

  /// - Parameter kept: nodes that must stay visible.
  private mutating func foldKernelsAndUpdates(
    _ store: GraphStore, _ tree: DiagramClusters, _ drawn: [Bool], _ kept: Set<Int>
  ) {
    for (number, cluster) in tree.clusters.enumerated() {
      let isUpdate =
        cluster.kind == .scope && cluster.phase == .update && cluster.children.isEmpty && cluster.nodes.count > 1
      let isShown = cluster.nodes.contains { if case .node = boxes[$0] { true } else { false } }
      guard cluster.kind == .kernel || isUpdate, isShown else { continue }
      summaries.append(number)
      for node in cluster.nodes { boxes[node] = .cluster(number) }
    }
    // The last node first, so that all that reads a node is known, and a view of a view goes where that one went.
    let isSummary = Set(summaries)
    var reader: [Int: Box?] = [:]
    for node in drawn.indices.reversed() where drawn[node] {
      let isSmall = store.isUntrainedState(node) || store.nodes[node].fusion == .view
      if isSmall, !kept.contains(node), case .cluster(let number)?? = reader[node], isSummary.contains(number) {
        boxes[node] = .cluster(number)
      }
      for operand in store.operands(of: node) {
        let known = reader[Int(operand.node)] ?? boxes[node]
        reader[Int(operand.node)] = .some(known == boxes[node] ? known : nil)
      }
    }
  }

  /// A hash of what each cluster holds, without its own name.
  private static func contents(_ store: GraphStore, _ tree: DiagramClusters) -> [UInt64] {
    var result = [UInt64](repeating: 0xcbf2_9ce4_8422_2325, count: tree.clusters.count)
    func mix(_ text: String, into hash: inout UInt64) {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    for number in tree.clusters.indices.reversed() {
      for node in tree.clusters[number].nodes {
        let op = store.op(of: node)
        let isNamed = op is VariableOp || op is AssignOp || op is InputOp
        mix(type(of: op).name + (isNamed ? "" : op.attributes), into: &result[number])
        for output in 0..<store.resultCount(of: node) {
          mix(store.type(of: Value(node, output)).description, into: &result[number])
        }
      }
      for child in tree.clusters[number].children {
        mix("\(tree.clusters[child].name) \(result[child])", into: &result[number])
      }
    }
    return result
  }
}
