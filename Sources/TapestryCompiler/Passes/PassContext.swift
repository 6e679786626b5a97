/// What passes share during one run of a plan: options that go in, accounts that come out.
package struct PassContext {
  /// Whether the verifier checks the graph after every pass.
  package var verifies = false
  package var rewriting = RewriteOptions()
  /// Called with the name of each pass and the program it leaves.
  package var observe: ((String, ProgramGraph) -> Void)?

  /// One entry for each pass that ran.
  package var reports: [PassReport] = []
  /// The rules that made the nodes of the present program.
  package var trail = RuleTrail()
  /// Nodes read by the pass that runs.
  var reads = 0
  /// The rules of the pass that runs.
  var counts: [Rewriter.Count] = []

  package init(verifies: Bool = false) { self.verifies = verifies }
}

/// What one pass did.
package struct PassReport: Sendable {
  package let pass: String
  package let nodesBefore: Int
  package let nodesAfter: Int
  /// Each rule with its tries and hits, in the order of the pass.
  package let rules: [Rewriter.Count]
  /// Nodes read, counted at the one accessor of the rewriter.
  package let reads: Int
  package let microseconds: Int

  /// Rule tries of the whole pass.
  package var tries: Int { rules.reduce(0) { $0 + $1.tries } }
  /// Rule applications of the whole pass.
  package var hits: Int { rules.reduce(0) { $0 + $1.hits } }
}
