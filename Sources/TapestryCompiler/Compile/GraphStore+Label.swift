package import TapestryGraph

extension GraphStore {
  /// What some nodes compute, in a few words: the op that says most, how many beside it, and the scope.
  package func label(of nodes: [Int]) -> String {
    func weight(_ node: Int) -> Int {
      switch self.nodes[node].fusion {
      case .product, .opaque: 3
      case .reduction: 2
      case .elementwise, .view: 1
      case .leaf: 0
      }
    }
    guard let main = nodes.max(by: { (weight($0), $0) < (weight($1), $1) }) else { return "" }
    let checked = nodes.first { op(of: $0) is CheckIndex }
    let name = Swift.type(of: op(of: checked ?? main)).name
    let origin = origins(of: checked ?? main).last
    var text = nodes.count > 1 ? "\(name) and \(nodes.count - 1) more" : name
    if let scope = origin?.scope, !scope.isEmpty { text += " in \(scope)" }
    if let phase = origin?.phase, phase != .forward { text += " (\(phase))" }
    return text
  }
}
