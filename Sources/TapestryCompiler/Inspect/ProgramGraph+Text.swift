import TapestryGraph

extension ProgramGraph {
  /// The program without what it writes to state.
  var forward: ProgramGraph {
    ProgramGraph(store: store, roots: roots.filter { if case .output = $0.target { true } else { false } })
  }

  /// The nodes the roots reach, one a line, and what is returned.
  package var text: String { store.text(roots: roots.map { ($0.target.name, $0.value) }) }

  /// The program as a drawing, with a frame around the nodes of each kernel.
  func diagram(_ title: String, kernels: [Int: GraphDiagram.Kernel] = [:], folded: Bool) -> Diagram {
    var (outputs, assigned): ([(String, Value)], [(String, Value)]) = ([], [])
    for root in roots {
      switch root.target {
      case .output(let name): outputs.append((name, root.value))
      case .state(let path): assigned.append(("assign \(path)", root.value))
      }
    }
    return GraphDiagram(
      store, title: title, roots: outputs, assigned: assigned, kernels: kernels,
      options: folded ? .folded : GraphDiagram.Options()
    ).diagram
  }
}

extension ProgramGraph.Target {
  /// As it stands in texts: `loss`, `state "mlp/weight"`.
  fileprivate var name: String {
    switch self {
    case .output(let name): name
    case .state(let path): "state \"\(path)\""
    }
  }
}
