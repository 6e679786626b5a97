import TapestryCore

// The drawing of a graph as a DOT file.
//
// Boxes are nodes, lying in clusters by phase, scope and fused kernel (`DOTClusters`), some folded into one
// (`DOTFolding`); colors tell the phases apart, shapes the kinds:
//
//     input      house, pointing down       parameter, state   cylinder
//     constant   note                       output             octagon, doubled
//     op         rounded box                assignment         cylinder, dashed
//     cut        octagon, dashed and red, as are the edges out of it: no gradient comes back along them
//
// Edges carry the shape of the value that flows. A constant with one element is written into the op that takes it
// rather than drawn, since a learning rate shared by a hundred ops would tie everything to one point. Order is node
// order throughout and never that of a set or dictionary, so the same graph gives the same bytes.

/// Writes a graph as DOT.
package struct GraphDOT {
  /// What a drawing leaves out.
  package struct Options: Sendable {
    /// Draws a chain of three or more elementwise nodes, each used once, as one box.
    package var foldsChains = false
    /// Draws the second and further of scopes side by side with equal contents as one box each.
    package var foldsRepeatedScopes = false

    package init(foldsChains: Bool = false, foldsRepeatedScopes: Bool = false) {
      self.foldsChains = foldsChains
      self.foldsRepeatedScopes = foldsRepeatedScopes
    }
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

  private let store: GraphStore
  private let title: String
  private let roots: [(label: String, value: Value)]
  private let assigned: [(label: String, value: Value)]
  private let drawn: [Bool]
  private let inlined: [Bool]
  private let names: NodeNames
  private let tree: DOTClusters
  private let folding: DOTFolding

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
    let inlined = reached.indices.map { reached[$0] && !kept.contains($0) && store.isScalarConstant($0) }
    self.inlined = inlined
    drawn = reached.indices.map { reached[$0] && !inlined[$0] }
    names = NodeNames(store, shown: reached)
    tree = DOTClusters(store, drawn: drawn, kernels: kernels)
    folding = DOTFolding(store, tree, drawn: drawn, kept: kept, options: options)
  }

  /// The DOT file.
  package var text: String {
    var out = DOTText()
    out.begin(title)
    writeClusters(&out)
    writeOutputs(&out)
    writeEdges(&out)
    out.close()
    return out.text
  }

  private func writeClusters(_ out: inout DOTText) {
    var pending = [(cluster: 0, isOpen: false)]
    while let (number, isOpen) = pending.popLast() {
      if isOpen {
        out.close()
        continue
      }
      let cluster = tree.clusters[number]
      if let original = folding.repeats[number] {
        let lines = [cluster.name, "like \(tree.clusters[original].name): \(folding.sizes[number]) nodes"]
        out.add(
          "\(identifier(.cluster(number))) [label=\"\(DOTText.label(lines))\", shape=folder, style=filled, "
            + "fillcolor=\"\(cluster.phase.color)\"];")
        continue
      }
      if number > 0 {
        out.open("subgraph \"cluster_\(number)\"")
        out.add("label=\"\(DOTText.label([cluster.name.shortened(to: 80)]))\"; \(cluster.look)")
        pending.append((number, true))
      }
      for node in cluster.nodes where folding.boxes[node] == .node(node) { writeNode(node, &out) }
      for child in cluster.children.reversed() { pending.append((child, false)) }
    }
  }

  private func writeNode(_ node: Int, _ out: inout DOTText) {
    let look: DOTLook
    if let chain = folding.chains[node] {
      look = .chain(chain.map { type(of: store.op(of: $0)).name }, last: names[node], phase(of: node))
    } else {
      let constants = store.operands(of: node).map {
        inlined[Int($0.node)] ? store.op(of: Int($0.node)).attributes : nil
      }
      look = store.look(of: node, named: names[node], constants: constants, phase(of: node))
    }
    let tooltip = DOTText.escaped(store.note(of: node, names))
    out.add(
      "\(identifier(.node(node))) [label=\"\(DOTText.label(look.lines))\", shape=\(look.shape), style=\"\(look.style)\", "
        + "fillcolor=\"\(look.fill)\"\(look.more), tooltip=\"\(tooltip)\"];")
  }

  private func phase(of node: Int) -> Phase { store.origins(of: node).last?.phase ?? .forward }

  /// A box for each value handed out or written to state; an assignment among the nodes shows itself.
  private func writeOutputs(_ out: inout DOTText) {
    let look = (output: "shape=doubleoctagon, style=filled", state: "shape=cylinder, style=\"filled,dashed\"")
    let ends = roots.map { ($0, look.output, "#ffffff") } + assigned.map { ($0, look.state, Phase.update.color) }
    for (place, (root, look, fill)) in ends.enumerated() where !(store.op(of: Int(root.value.node)) is AssignOp) {
      let label = DOTText.label([root.label.shortened(to: 60)])
      out.add("out\(place) [label=\"\(label)\", \(look), fillcolor=\"\(fill)\"];")
      writeEdge(from: root.value, to: "out\(place)", &out)
    }
  }

  private func writeEdges(_ out: inout DOTText) {
    var seen: Set<String> = []
    for node in drawn.indices where drawn[node] {
      for operand in store.operands(of: node) where drawn[Int(operand.node)] {
        let (from, to) = (folding.boxes[Int(operand.node)], folding.boxes[node])
        if from == to { continue }
        let isWhole = from == .node(Int(operand.node)) && to == .node(node) && folding.chains[node] == nil
        let key = isWhole ? "" : "\(identifier(from)) \(identifier(to)) \(edgeLabel(operand))"
        if isWhole || seen.insert(key).inserted { writeEdge(from: operand, to: identifier(to), &out) }
      }
    }
  }

  private func writeEdge(from value: Value, to target: String, _ out: inout DOTText) {
    let cut = store.isCut(Int(value.node)) ? ", style=dashed" + DOTLook.cut : ""
    out.add("\(identifier(folding.boxes[Int(value.node)])) -> \(target) [label=\"\(edgeLabel(value))\"\(cut)];")
  }

  /// The shape of a value, with its dtype unless that is float32, and its number where the node has several results.
  private func edgeLabel(_ value: Value) -> String {
    let type = store.type(of: value)
    let shape = type.dtype == .float32 ? type.shape.description : type.description
    return store.resultCount(of: Int(value.node)) > 1 ? ".\(value.output) \(shape)" : shape
  }

  private func identifier(_ box: DOTFolding.Box) -> String {
    switch box {
    case .node(let node): "n\(names.number(of: node))"
    case .cluster(let cluster): "c\(cluster)"
    }
  }
}
