/// Which rules made the nodes of a graph: a short list of rule names for each node, kept from pass to pass.
package struct RuleTrail: Sendable {
  /// A node keeps this many.
  private static let most = 8

  private var names: [String] = []
  private var index: [String: Int32] = [:]
  private var rules: [Int: [Int32]] = [:]

  package init() {}

  /// The rules that made a node, the first applied first.
  package func rules(of node: Int) -> [String] { (rules[node] ?? []).map { names[Int($0)] } }

  mutating func add(_ name: String, to node: Int) {
    let number: Int32
    if let known = index[name] {
      number = known
    } else {
      number = Int32(names.count)
      names.append(name)
      index[name] = number
    }
    guard rules[node].map({ $0.count < RuleTrail.most && !$0.contains(number) }) ?? true else { return }
    rules[node, default: []].append(number)
  }

  /// Adds what another trail holds of a node.
  mutating func add(_ other: RuleTrail, of source: Int, to node: Int) {
    for number in other.rules[source] ?? [] { add(other.names[Int(number)], to: node) }
  }
}
