package import TapestryCore

/// A pass that applies a table of rules until none fires.
package struct RulePass: Pass {
  package let name: String
  package let tags: [String]
  package let summary: String
  package let rules: [Rule]

  package init(_ name: String, tags: [String] = [], _ summary: String, _ rules: [Rule]) {
    self.name = name
    self.tags = tags
    self.summary = summary
    self.rules = rules
  }

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    var rewriter = Rewriter(rules, program, context.rewriting)
    program = try rewriter.run(trail: context.trail)
    context.trail = rewriter.trail
    context.reads += rewriter.reads
    context.counts += rewriter.counts
  }

  /// The pass with a rule more, tried first: how tests plant a fault.
  package func adding(_ rule: Rule) -> RulePass { RulePass(name, tags: tags, summary, [rule] + rules) }
}
