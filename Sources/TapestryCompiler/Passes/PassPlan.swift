package import TapestryCore

/// A plain list of passes, run in order.
package struct PassPlan: Sendable {
  package private(set) var passes: [any Pass]
  /// The names left out, kept so that they can be shown.
  package private(set) var excluded: [String] = []

  package init(_ passes: [any Pass]) { self.passes = passes }

  /// The plan without the passes of a name or group.
  ///
  /// - Throws: `usage` for a name no pass answers to.
  package func excluding(_ names: String...) throws(TapestryError) -> PassPlan {
    var plan = self
    for name in names {
      try requireKnown(name)
      plan.excluded += plan.passes.filter { $0.answers(to: name) }.map(\.name)
      plan.passes.removeAll { $0.answers(to: name) }
    }
    return plan
  }

  /// The plan of only the passes of some names or groups, in the order of this one.
  ///
  /// - Throws: `usage` for a name no pass answers to.
  package func including(only names: String...) throws(TapestryError) -> PassPlan {
    for name in names { try requireKnown(name) }
    var plan = self
    plan.passes = passes.filter { pass in names.contains { pass.answers(to: $0) } }
    plan.excluded += passes.filter { pass in !names.contains { pass.answers(to: $0) } }.map(\.name)
    return plan
  }

  /// The plan up to the last pass of a name or group, that pass included.
  ///
  /// - Throws: `usage` for a name no pass answers to.
  package func stopping(after name: String) throws(TapestryError) -> PassPlan {
    try requireKnown(name)
    var plan = self
    plan.passes = Array(passes[...(passes.lastIndex { $0.answers(to: name) } ?? passes.endIndex - 1)])
    return plan
  }

  /// The plan with another pass in the place of the first of its name.
  ///
  /// - Throws: `usage` when no pass has that name.
  package func replacing(_ pass: any Pass) throws(TapestryError) -> PassPlan {
    guard let place = passes.firstIndex(where: { $0.name == pass.name }) else { throw unknown(pass.name) }
    var plan = self
    plan.passes[place] = pass
    return plan
  }

  /// The plan with a pass more behind the last of a name or group; at the front where there is none.
  package func inserting(_ pass: any Pass, after name: String) -> PassPlan {
    var plan = self
    plan.passes.insert(pass, at: passes.lastIndex { $0.answers(to: name) }.map { $0 + 1 } ?? 0)
    return plan
  }

  private func requireKnown(_ name: String) throws(TapestryError) {
    guard passes.contains(where: { $0.answers(to: name) }) || excluded.contains(name) else { throw unknown(name) }
  }

  private func unknown(_ name: String) -> TapestryError {
    let known = passes.map(\.name) + passes.flatMap(\.tags)
    let near = nearest(to: name, in: known).map { "did you mean '\($0)'?" }
    var listed: [String] = []
    for name in known where !listed.contains(name) { listed.append(name) }
    return TapestryError(
      .usage, "no pass is called '\(name)'",
      remedy: near ?? "name one of " + listed.map { "'\($0)'" }.joined(separator: ", "))
  }
}

extension PassPlan {
  /// The program after all passes.
  ///
  /// - Throws: `internalFault` when a pass or a rule is wrong.
  package func run(_ program: ProgramGraph) throws(TapestryError) -> ProgramGraph {
    var context = PassContext()
    return try run(program, &context)
  }

  /// The program after all passes; the context receives reports and the rules behind each node.
  ///
  /// - Throws: `internalFault` when a pass or a rule is wrong, or, where asked to verify, leaves a faulty graph.
  package func run(_ program: ProgramGraph, _ context: inout PassContext) throws(TapestryError) -> ProgramGraph {
    var program = program
    var before = program.reachedCount
    for (place, pass) in passes.enumerated() {
      (context.reads, context.counts) = (0, [])
      let start = ContinuousClock.now
      try pass.run(&program, &context)
      let time = ContinuousClock.now - start
      let after = program.reachedCount
      context.reports.append(
        PassReport(
          pass: pass.name, nodesBefore: before, nodesAfter: after, rules: context.counts, reads: context.reads,
          microseconds: time.nanoseconds / 1000))
      before = after
      if context.verifies {
        let isCanonical = passes[...place].contains { $0.name == "canonicalize" }
        try Verifier(program, isCanonical: isCanonical).check(after: pass.name)
      }
      context.observe?(pass.name, program)
    }
    return program
  }
}
