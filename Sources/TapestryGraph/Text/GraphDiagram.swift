import TapestryCore

// The drawing of a graph.
//
// Boxes are nodes, lying in clusters by phase, scope and fused kernel (`DiagramClusters`), some folded into one
// (`DiagramFolding`). Edges carry the shape of the value that flows. A constant with one element is written into the op
// that takes it rather than drawn, since a learning rate shared by a hundred ops would tie everything to one point. In a
// large graph an edge that leads past many nodes is replaced by a box that names where it comes from: what a gradient
// reads of a forward graph hundreds of rows above no one can follow by eye, and a layout spends its time on such edges
// (a transformer's drawing took Graphviz minutes). Order
// is node order throughout and never that of a set or dictionary, so the same graph gives the same bytes.

/// Makes the drawing of a graph.
package struct GraphDiagram {
  /// What a drawing leaves out.
  package struct Options: Sendable {
    /// Draws a chain of three or more elementwise nodes, each used once, as one box.
    package var foldsChains = false
    /// Draws the second and further of scopes side by side with equal contents as one box each.
    package var foldsRepeatedScopes = false
    /// Draws each kernel as one box, and each innermost scope of an update.
    package var foldsKernelsAndUpdates = false

    package init(foldsChains: Bool = false, foldsRepeatedScopes: Bool = false, foldsKernelsAndUpdates: Bool = false) {
      self.foldsChains = foldsChains
      self.foldsRepeatedScopes = foldsRepeatedScopes
      self.foldsKernelsAndUpdates = foldsKernelsAndUpdates
    }

    /// Everything folded that can be.
    package static let folded = Options(foldsChains: true, foldsRepeatedScopes: true, foldsKernelsAndUpdates: true)
  }

  /// The fused kernel a node belongs to.
  package struct Kernel: Hashable, Sendable {
    package let number: Int
    package let label: String

    package init(number: Int, label: String) {
      self.number = number
      self.label = label
    }
  }

  /// From so many boxes on a graph is large, and past so many nodes an edge of one is not drawn.
  private static let (large, far) = (600, 60)

  private let store: GraphStore
  private let title: String
  private let roots: [(label: String, value: Value)]
  private let assigned: [(label: String, value: Value)]
  private let drawn: [Bool]
  private let inlined: [Bool]
  private let names: NodeNames
  private let tree: DiagramClusters
  private let folding: DiagramFolding

  /// - Parameters:
  ///   - roots: the values the program hands out, each with the name it is drawn under.
  ///   - assigned: the values it writes to state. What both reach is drawn.
  ///   - kernels: the fused kernel of each node that belongs to one.
  package init(
    _ store: GraphStore, title: String = "graph", roots: [(label: String, value: Value)],
    assigned: [(label: String, value: Value)] = [], kernels: [Int: Kernel] = [:], options: Options = Options()
  ) {
    self.store = store
    self.title = title
    self.roots = roots.filter { !$0.value.isPoison }
    self.assigned = assigned.filter { !$0.value.isPoison }
    let computed = (self.roots + self.assigned).map(\.value)
    let reached = store.reach(of: computed)
    let kept = Set(computed.map { Int($0.node) })
    let inlined = reached.indices.map { reached[$0] && !kept.contains($0) && store.scalar($0) != nil }
    self.inlined = inlined
    drawn = reached.indices.map { reached[$0] && !inlined[$0] }
    names = NodeNames(store, shown: reached)
    tree = DiagramClusters(
      store, drawn: drawn, kernels: kernels, isFlat: options.foldsKernelsAndUpdates && !kernels.isEmpty)
    folding = DiagramFolding(store, tree, drawn: drawn, kept: kept, options: options)
  }

  /// The drawing.
  package var diagram: Diagram {
    var diagram = Diagram(title)
    for (number, cluster) in tree.clusters.enumerated() where number > 0 {
      diagram.clusters.append(
        Diagram.Cluster(kind: cluster.kind, label: cluster.name, parent: cluster.parent, name: "\(number)"))
    }
    var boxOf: [DiagramFolding.Box: Int] = [:]
    for node in drawn.indices where drawn[node] && folding.boxes[node] == .node(node) {
      boxOf[.node(node)] = diagram.add(box(of: node))
    }
    for (number, cluster) in tree.clusters.enumerated() {
      guard let original = folding.repeats[number] else { continue }
      let lines = [cluster.name, "like \(tree.clusters[original].name): \(folding.sizes[number]) nodes"]
      boxOf[.cluster(number)] = diagram.add(
        Diagram.Box(name: "c\(number)", kind: .folded, phase: cluster.phase, lines: lines, cluster: cluster.parent))
    }
    for number in folding.summaries { boxOf[.cluster(number)] = diagram.add(summaryBox(number)) }
    addOutputs(to: &diagram, boxOf)
    addEdges(to: &diagram, boxOf)
    diagram.dropEmptyClusters()
    return diagram
  }

  /// The box of a kernel or an update.
  private func summaryBox(_ number: Int) -> Diagram.Box {
    let cluster = tree.clusters[number]
    // What a kernel ends with is what it is for.
    let phase = cluster.nodes.last.flatMap { store.origins(of: $0).last?.phase } ?? cluster.phase
    // "kernel 3: dot and 2 more in mlp/hidden": number, what, where.
    let parts = cluster.name.split(separator: ": ", maxSplits: 1).flatMap { $0.split(separator: " in ", maxSplits: 1) }
    let lines =
      cluster.kind == .kernel
      ? parts.map(String.init) : [cluster.name, "\(cluster.phase): \(cluster.nodes.count) nodes"]
    return Diagram.Box(name: "c\(number)", kind: .folded, phase: phase, lines: lines, cluster: cluster.parent)
  }

  private func box(of node: Int) -> Diagram.Box {
    let phase = store.origins(of: node).last?.phase ?? .forward
    var box: Diagram.Box
    if let chain = folding.chains[node] {
      box = store.chainBox(chain.map { type(of: store.op(of: $0)).name }, last: names[node], phase)
    } else {
      let constants = store.operands(of: node).map {
        inlined[Int($0.node)] ? store.op(of: Int($0.node)).attributes : nil
      }
      box = store.box(of: node, named: names[node], constants: constants, phase)
    }
    box.name = "n\(names.number(of: node))"
    if box.kind != .input, box.kind != .parameter, box.kind != .state, box.kind != .constant {
      box.type = (0..<store.resultCount(of: node)).map { shape(of: Value(node, $0)) }.joined(separator: ", ")
    }
    box.note = store.note(of: node, names)
    box.cluster = tree.cluster[node]
    return box
  }

  /// A box for each value handed out or written to state; an assignment among the nodes shows itself, and those of a
  /// kernel or an update that is one box need none.
  private func addOutputs(to diagram: inout Diagram, _ boxOf: [DiagramFolding.Box: Int]) {
    let ends = roots.map { ($0, Diagram.Kind.output) } + assigned.map { ($0, Diagram.Kind.assignment) }
    for (place, (root, kind)) in ends.enumerated() where !store.isOp(Int(root.value.node), AssignOp.self) {
      if kind == .assignment, case .cluster = folding.boxes[Int(root.value.node)] { continue }
      let end = diagram.add(
        Diagram.Box(
          name: "out\(place)", kind: kind, phase: kind == .output ? .forward : .update,
          lines: [root.label.shortened(to: 60)]))
      addEdge(from: root.value, to: end, &diagram, boxOf, isWhole: true)
    }
  }

  private func addEdges(to diagram: inout Diagram, _ boxOf: [DiagramFolding.Box: Int]) {
    struct Key: Hashable {
      let from: DiagramFolding.Box
      let to: DiagramFolding.Box
      let label: String
    }
    var seen: Set<Key> = []
    for node in drawn.indices where drawn[node] {
      for operand in store.operands(of: node) where drawn[Int(operand.node)] {
        let (from, to) = (folding.boxes[Int(operand.node)], folding.boxes[node])
        if from == to { continue }
        let isWhole = from == .node(Int(operand.node)) && to == .node(node) && folding.chains[node] == nil
        if isWhole || seen.insert(Key(from: from, to: to, label: edgeLabel(operand))).inserted, let end = boxOf[to] {
          addEdge(from: operand, to: end, &diagram, boxOf)
        }
      }
    }
  }

  /// - Parameter isWhole: whether the edge is drawn however far it leads.
  private func addEdge(
    from value: Value, to end: Int, _ diagram: inout Diagram, _ boxOf: [DiagramFolding.Box: Int], isWhole: Bool = false
  ) {
    guard var start = boxOf[folding.boxes[Int(value.node)]] else { return }
    if !isWhole, boxOf.count > GraphDiagram.large, end - start > GraphDiagram.far {
      let source = diagram.boxes[start]
      start = diagram.add(
        Diagram.Box(
          name: "r\(diagram.boxes.count)", kind: .reference, phase: source.phase,
          lines: ["from " + (source.lines.first ?? "")], cluster: diagram.boxes[end].cluster))
    }
    diagram.edges.append(
      Diagram.Edge(from: start, to: end, label: edgeLabel(value), isCut: store.isCut(Int(value.node))))
  }

  /// The shape of a value, with its dtype unless that is float32, and its number where the node has several results.
  private func edgeLabel(_ value: Value) -> String {
    store.resultCount(of: Int(value.node)) > 1 ? ".\(value.output) \(shape(of: value))" : shape(of: value)
  }

  private func shape(of value: Value) -> String {
    let type = store.type(of: value)
    return type.dtype == .float32 ? type.shape.description : type.description
  }
}

extension Diagram {
  /// Drops the clusters of scopes that were folded away.
  fileprivate mutating func dropEmptyClusters() {
    var isUsed = [Bool](repeating: false, count: clusters.count)
    isUsed[0] = true
    for box in boxes { isUsed[box.cluster] = true }
    for number in clusters.indices.dropFirst().reversed() where isUsed[number] {
      isUsed[clusters[number].parent] = true
    }
    var moved = [Int](repeating: 0, count: clusters.count)
    var kept: [Cluster] = []
    for number in clusters.indices where isUsed[number] {
      moved[number] = kept.count
      kept.append(clusters[number])
      kept[kept.count - 1].parent = moved[clusters[number].parent]
    }
    clusters = kept
    for box in boxes.indices { boxes[box].cluster = moved[boxes[box].cluster] }
  }
}
