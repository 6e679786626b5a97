/// Which rules made the nodes of a graph: a short list of rule names for each node, kept from pass to pass.
package struct RuleTrail: Sendable {
  private var names: [String] = []
  private var rules = LinkLists()

  package init() {}

  /// A trail without nodes in which rules have the numbers they have in another.
  init(numberedAs other: RuleTrail) { names = other.names }

  /// The rules that made a node, the first applied first.
  package func rules(of node: Int) -> [String] { rules.list(node).map { names[Int($0)] } }

  /// The number of a rule, given it now if it is new.
  mutating func number(of name: String) -> Int32 {
    if let known = names.firstIndex(of: name) { return Int32(known) }
    names.append(name)
    return Int32(names.count - 1)
  }

  /// Adds a rule by its number.
  mutating func add(_ rule: Int32, to node: Int) { rules.add(rule, to: node) }

  /// Adds what another trail of the same numbers holds of a node.
  mutating func add(_ other: RuleTrail, of source: Int, to node: Int) {
    for rule in other.rules.list(source) { add(rule, to: node) }
  }
}
