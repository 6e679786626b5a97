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
    if let state {
      let (nodes, places) = (subject.rectifiers, subject.loopActivations)
      var program = subject.loopProbe
      program.roots += nodes.map { .init(.output("%\($0)"), Value($0)) }
      guard !program.roots.isEmpty else { return subject.findings }
      let results = try probe(program, state, feeds)
      for node in nodes { subject.values[node] = results[Output("%\(node)")] }
      for place in places { subject.loopValues[place] = results[Output(place.name)] }
    }
    return subject.findings
  }
}
