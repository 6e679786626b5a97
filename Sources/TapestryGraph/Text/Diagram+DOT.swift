// A drawing as a DOT file. Colors tell the phases apart, shapes the kinds:
//
//     input      house, pointing down       parameter, state   cylinder
//     constant   note                       output             octagon, doubled
//     op         rounded box                assignment         cylinder, dashed
//     chain      box with depth             repeated scope     folder
//     reference  dotted box                 memory             oval
//     cut        octagon, dashed and red, as are the edges out of it: no gradient comes back along them

extension Diagram {
  /// The DOT file.
  package var dot: String {
    var out = DOTText()
    out.begin(title)
    writeClusters(&out)
    for edge in edges {
      var attributes = edge.label.isEmpty ? "" : "label=\"\(DOTText.escaped(edge.label))\""
      if edge.isCut { attributes += (attributes.isEmpty ? "" : ", ") + "style=dashed" + Diagram.cutLook }
      let look = attributes.isEmpty ? "" : " [\(attributes)]"
      out.add("\(boxes[edge.from].name) -> \(boxes[edge.to].name)\(look);")
    }
    out.close()
    return out.text
  }

  private func writeClusters(_ out: inout DOTText) {
    var members = [[Int]](repeating: [], count: clusters.count)
    for (number, box) in boxes.enumerated() { members[box.cluster].append(number) }
    var children = [[Int]](repeating: [], count: clusters.count)
    for number in clusters.indices.dropFirst() { children[clusters[number].parent].append(number) }
    var pending = [(cluster: 0, isOpen: false)]
    while let (number, isOpen) = pending.popLast() {
      if isOpen {
        out.close()
        continue
      }
      if number > 0 {
        let cluster = clusters[number]
        out.open("subgraph \"cluster_\(cluster.name)\"")
        out.add("label=\"\(DOTText.label([cluster.label.shortened(to: 80)]))\"; \(cluster.kind.look)")
        pending.append((number, true))
      }
      for box in members[number] { out.add(boxes[box].dot) }
      for child in children[number].reversed() { pending.append((child, false)) }
    }
  }

  /// The border of a cut and the edges that leave it.
  fileprivate static let cutLook = ", color=\"#c62828\", fontcolor=\"#c62828\", penwidth=2"
}

extension Diagram.Box {
  fileprivate var dot: String {
    let (shape, style, fill) = look
    var text = "\(name) [label=\"\(DOTText.label(lines))\", shape=\(shape), style=\"\(style)\", fillcolor=\"\(fill)\""
    if kind == .cut { text += Diagram.cutLook }
    if let note { text += ", tooltip=\"\(DOTText.escaped(note))\"" }
    return text + "];"
  }

  private var look: (shape: String, style: String, fill: String) {
    switch kind {
    case .input: ("invhouse", "filled", "#c8e6c9")
    case .parameter: ("cylinder", "filled", "#ffe082")
    case .state: ("cylinder", "filled", "#d7ccc8")
    case .constant: ("note", "filled", "#eceff1")
    case .output: ("doubleoctagon", "filled", "#ffffff")
    case .operation: ("box", "filled,rounded", phase.color)
    case .assignment: ("cylinder", "filled,dashed", phase.color)
    case .cut: ("octagon", "filled,dashed", phase.color)
    case .chain: ("box3d", "filled", phase.color)
    case .folded: ("folder", "filled", phase.color)
    case .memory: ("oval", "filled", "#ffffff")
    case .reference: ("box", "filled,dotted", "#ffffff")
    }
  }
}

extension Phase {
  /// The fill of a box.
  fileprivate var color: String {
    switch self {
    case .forward: "#bbdefb"
    case .gradient: "#ffccbc"
    case .update: "#e1bee7"
    }
  }
}

extension Diagram.Cluster.Kind {
  /// Frame and background.
  fileprivate var look: String {
    switch self {
    case .whole: ""
    case .phase: "color=\"#90a4ae\"; style=\"rounded,dashed\"; fontsize=13;"
    case .scope, .wave: "color=\"#b0bec5\"; style=\"rounded,filled\"; fillcolor=\"#fafafa\";"
    case .kernel: "color=\"#43a047\"; style=\"rounded,bold\"; fontcolor=\"#2e7d32\";"
    case .loop: "color=\"#8e24aa\"; style=\"rounded,bold\";"
    }
  }
}
