package import TapestryCore
package import TapestryGraph

/// A pass that applies a table of rules until none fires.
package struct RulePass: Pass {
  package let name: String
  package let tags: [String]
  package let summary: String
  package let rules: [Rule]
  /// Ops of which the left side of each equation holds one, whatever its root: a program with none of them is left as it
  /// is, without a sweep. Empty for any op.
  let about: [any Op.Type]

  package init(
    _ name: String, tags: [String] = [], about: [any Op.Type] = [], _ summary: String, _ rules: [Rule]
  ) {
    self.name = name
    self.tags = tags
    self.summary = summary
    self.rules = rules
    self.about = about
  }

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    guard concerns(program) else { return }
    var rewriter = Rewriter(rules, program, context.rewriting)
    program = try rewriter.run(trail: context.trail)
    context.trail = rewriter.trail
    context.reads += rewriter.reads
    context.counts += rewriter.counts
  }

  /// Whether a program holds what the rules are about.
  func concerns(_ program: ProgramGraph) -> Bool {
    about.isEmpty || about.contains { program.store.hasOp($0) }
  }

  /// The pass with a rule more, tried first: how tests plant a fault.
  package func adding(_ rule: Rule) -> RulePass { RulePass(name, tags: tags, summary, [rule] + rules) }
}
