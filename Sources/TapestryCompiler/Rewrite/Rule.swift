package import TapestryGraph

/// A rewrite rule: an equation read from left to right, rooted at one op.
///
/// The closure gets a node whose operands are already in normal form and answers with what to put in its place, or
/// `nil` where the rule does not apply. It writes the replacement with the tensor operators, in the graph of the match.
/// A replacement of a shape that broadcasts to the root's is broadcast by the engine, so `x * 1 is x` needs no care for
/// a wide 1. The name is the equation in words.
package struct Rule: Sendable {
  package let name: String
  package let soundness: Soundness
  /// Whether the rule may fire at an op of this type. Asked once for each type.
  let isRooted: @Sendable (any Op.Type) -> Bool
  let rewrite: @Sendable (Match<any Op>) -> [Tensor]?

  /// A rule at one op with one result.
  package init<Root: Op>(
    _ name: String, on root: Root.Type, _ soundness: Soundness,
    _ rewrite: @escaping @Sendable (Match<Root>) -> Tensor?
  ) {
    self.init(name, on: root, soundness) { (m: Match<Root>) -> [Tensor]? in rewrite(m).map { [$0] } }
  }

  /// A rule at one op, with a tensor for each result.
  package init<Root: Op>(
    _ name: String, on root: Root.Type, _ soundness: Soundness,
    _ rewrite: @escaping @Sendable (Match<Root>) -> [Tensor]?
  ) {
    self.name = name
    self.soundness = soundness
    isRooted = { $0 == root }
    self.rewrite = { match in match.typed(root).flatMap(rewrite) }
  }

  /// A rule at every op whose type satisfies a condition.
  package init(
    _ name: String, where isRooted: @escaping @Sendable (any Op.Type) -> Bool, _ soundness: Soundness,
    _ rewrite: @escaping @Sendable (Match<any Op>) -> Tensor?
  ) {
    self.name = name
    self.soundness = soundness
    self.isRooted = isRooted
    self.rewrite = { rewrite($0).map { [$0] } }
  }
}
