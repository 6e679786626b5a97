public import TapestryCore
import TapestryGraph

extension Program {
  /// What the lints find in the program compiled for some feeds. With a state, lints that look at values run it once in
  /// evaluation mode, too.
  ///
  /// - Parameters:
  ///   - state: the state after a training, or the one it starts from; it stays as it is.
  ///   - budget: the bytes above which a tensor is called large.
  /// - Throws: what compiling throws, and with a state what a run throws.
  public func lint(
    for feeds: Feeds, state: ModelState? = nil, budget: Int = Lint.usualBudget
  ) throws(TapestryError) -> [LintFinding] {
    var subject = LintSubject(compiled: try compiled(for: feeds), budget: budget)
    let nodes = state == nil ? [] : subject.rectifiers
    if let state, !nodes.isEmpty {
      let roots = nodes.map { ProgramGraph.Root(.output("%\($0)"), Value($0)) }
      let results = try probe(ProgramGraph(store: subject.store, roots: roots), state, feeds)
      for node in nodes { subject.values[node] = results[Output("%\(node)")] }
    }
    return Lint.all.flatMap { $0.find(subject) }
  }
}
