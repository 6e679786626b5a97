// The clusters of a drawing: a tree with the phases at the top, the scopes inside them nested as their paths are, and
// the fused kernels innermost.
//
// A fused kernel may join nodes of several scopes, and clusters cannot overlap; so a kernel is put into the
// deepest cluster that holds all its nodes. Where each kernel is to be one box, its label says where it belongs, and frames
// would only spread the boxes: then there are no clusters but kernels. Clusters are numbered as they are first met, so a child has a larger number
// than its parent and the numbering depends on the graph alone.

/// A cluster as the tree is built.
struct ClusterOfNodes {
  let kind: Diagram.Cluster.Kind
  let name: String
  let parent: Int
  let depth: Int
  /// Number and phase decide the look.
  let phase: Phase
  var children: [Int] = []
  var nodes: [Int] = []
}

/// The tree of clusters and the cluster of each node.
struct DiagramClusters {
  private(set) var clusters = [ClusterOfNodes(kind: .whole, name: "", parent: 0, depth: 0, phase: .forward)]
  /// By node; of nodes that are not drawn, 0.
  private(set) var cluster: [Int]

  private struct Key: Hashable {
    let parent: Int
    let kind: Diagram.Cluster.Kind
    let name: String
  }

  private struct Place: Hashable {
    let phase: Phase
    let scope: String
  }

  private var known: [Key: Int] = [:]
  private var places: [Place: Int] = [:]

  /// - Parameters:
  ///   - drawn: which nodes get a place, by node.
  ///   - kernels: the kernel of each node that belongs to one.
  ///   - isFlat: whether there are no clusters but kernels.
  init(_ store: GraphStore, drawn: [Bool], kernels: [Int: GraphDiagram.Kernel], isFlat: Bool) {
    cluster = [Int](repeating: 0, count: drawn.count)
    for node in drawn.indices where drawn[node] && !isFlat {
      let origin = store.origins(of: node).last
      cluster[node] = find(Place(phase: origin?.phase ?? .forward, scope: origin?.scope ?? ""))
    }
    move(to: kernels, drawn)
    moveState(store, drawn)
    for node in drawn.indices where drawn[node] { clusters[cluster[node]].nodes.append(node) }
  }

  /// The cluster of a phase and scope.
  private mutating func find(_ place: Place) -> Int {
    if let found = places[place] { return found }
    var cluster = child(of: 0, .phase, "\(place.phase)", place.phase)
    for name in place.scope.split(separator: "/") { cluster = child(of: cluster, .scope, String(name), place.phase) }
    places[place] = cluster
    return cluster
  }

  private mutating func child(of parent: Int, _ kind: Diagram.Cluster.Kind, _ name: String, _ phase: Phase) -> Int {
    let key = Key(parent: parent, kind: kind, name: name)
    if let found = known[key] { return found }
    clusters.append(
      ClusterOfNodes(kind: kind, name: name, parent: parent, depth: clusters[parent].depth + 1, phase: phase))
    clusters[parent].children.append(clusters.count - 1)
    known[key] = clusters.count - 1
    return clusters.count - 1
  }

  /// Moves the nodes of each kernel into a cluster of its own.
  private mutating func move(to kernels: [Int: GraphDiagram.Kernel], _ drawn: [Bool]) {
    var home: [GraphDiagram.Kernel: Int] = [:]
    var order: [GraphDiagram.Kernel] = []
    for node in drawn.indices where drawn[node] {
      guard let kernel = kernels[node] else { continue }
      if home[kernel] == nil { order.append(kernel) }
      home[kernel] = home[kernel].map { common($0, cluster[node]) } ?? cluster[node]
    }
    for kernel in order {
      guard let place = home[kernel] else { continue }
      home[kernel] = child(of: place, .kernel, "kernel \(kernel.number): \(kernel.label)", clusters[place].phase)
    }
    for node in drawn.indices where drawn[node] {
      if let kernel = kernels[node], let own = home[kernel] { cluster[node] = own }
    }
  }

  /// Moves state that is not trained, such as an optimizer's moments, to those that read it, whatever its path.
  private mutating func moveState(_ store: GraphStore, _ drawn: [Bool]) {
    var home: [Int: Int] = [:]
    for node in drawn.indices where drawn[node] {
      let own = clusters[cluster[node]].kind == .kernel ? clusters[cluster[node]].parent : cluster[node]
      for operand in store.operands(of: node) where store.isUntrainedState(Int(operand.node)) {
        home[Int(operand.node)] = home[Int(operand.node)].map { common($0, own) } ?? own
      }
    }
    for (node, place) in home where drawn[node] { cluster[node] = place }
  }

  /// The deepest cluster that holds both.
  private func common(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while a != b {
      if clusters[a].depth >= clusters[b].depth { a = clusters[a].parent } else { b = clusters[b].parent }
    }
    return a
  }
}
