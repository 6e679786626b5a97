package import TapestryGraph

extension GraphStore {
  /// What some nodes compute, in a few words: the op that says most, how many beside it, and the scope.
  package func label(of nodes: [Int]) -> String {
    guard let main = speaker(of: nodes) else { return "" }
    let name = Swift.type(of: op(of: main)).name
    let origin = origins(of: main).last
    var text = nodes.count > 1 ? "\(name) and \(nodes.count - 1) more" : name
    if let scope = origin?.scope, !scope.isEmpty { text += " in \(scope)" }
    if let phase = origin?.phase, phase != .forward { text += " (\(phase.rawValue))" }
    return text
  }

  /// Where the node that says most of some was first asked for.
  package func origin(of nodes: [Int]) -> Origin? { speaker(of: nodes).flatMap { origins(of: $0).last } }

  /// What some nodes are for, in what concerns most of them.
  package func phase(of nodes: [Int]) -> Phase {
    speaker(of: nodes).flatMap { origins(of: $0).last?.phase } ?? .forward
  }

  /// The node to name for several: one that checks an index, as that is what can fail, or else the heaviest.
  private func speaker(of nodes: [Int]) -> Int? {
    if let checked = nodes.first(where: { isOp($0, CheckIndex.self) }) { return checked }
    func weight(_ node: Int) -> Int {
      switch self.nodes[node].fusion {
      case .product, .opaque: 3
      case .reduction: 2
      case .elementwise, .view: 1
      case .leaf: 0
      }
    }
    return nodes.max { (weight($0), $0) < (weight($1), $1) }
  }
}
