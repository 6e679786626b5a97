package import TapestryCore

/// Drops what no root needs.
package struct DeadCodePass: Pass {
  package let name = "dead-code"
  package let summary = "Drops nodes that no output and no variable of the state needs."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    let compaction = Compaction(program)
    var trail = RuleTrail(numberedAs: context.trail)
    for (node, source) in compaction.sources.enumerated() { trail.add(context.trail, of: source, to: node) }
    program = compaction.program
    context.trail = trail
    context.reads += compaction.reads
  }
}
