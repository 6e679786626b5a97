import Tapestry

/// What looks into programs.
extension Surface {
  static func checkInspection(_ checks: inout Checks) throws(TapestryError) {
    let x = Input("x", [nil, 3])
    let program = Program.traced { t in
      let cost = sum(tanh(dot(t[x], t.scope("layer").parameter("weight", [3, 2], .ones)) / 4))
      t.report(Output("cost"), cost)
      t.minimize(cost, with: .sgd())
    }
    let feeds: Feeds = [x: NDArray(zeros: [2, 3])]
    let inspection: Inspection = try program.inspection(for: feeds)
    let stage = try inspection.text(of: inspection.passes[0])
    checks.expect(stage.contains("tanh") && inspection.stages.last == "memory", "stages")
    checks.expect(try inspection.dot(of: "tape").hasPrefix("digraph"), "DOT files")
    checks.expect(try inspection.svg(of: "fused").hasPrefix("<svg"), "drawings")
    let difference: GraphDifference = try inspection.difference(from: "gradient", to: "optimized")
    let changes: [GraphDifference.Change] = difference.changes
    checks.expect(changes.contains { !$0.rules.isEmpty }, "what a pass changed")
    let explanation: NodeExplanation = try inspection.explanation(of: "cost")
    checks.expect(explanation.kernel != nil && !explanation.instructions.isEmpty, "where a node went")
    let refused: [RefusedFusion] = inspection.refusedFusions
    let kernels: [KernelAccount] = inspection.kernels
    checks.expect(kernels.count > 1 && !refused.isEmpty, "kernels")
    checks.expect(
      try inspection.whyNotFused(refused[0].producer, refused[0].consumer).contains(refused[0].reason), "refusals")
    let layers: [LayerSummary] = inspection.layers
    checks.expect(layers.first?.parameters == 6 && "\(inspection.layerTable)".contains("layer"), "layers")
    let alive: [ArenaBlock] = inspection.aliveAtPeak
    checks.expect(
      !alive.isEmpty && inspection.arena.count >= alive.count && inspection.arenaSVG.hasPrefix("<svg"), "the arena")
    try checkFindings(&checks)
  }

  private static func checkFindings(_ checks: inout Checks) throws(TapestryError) {
    let x = Input("x", [nil])
    let program = Program.traced { t in
      let scope = t.scope("layer")
      _ = scope.parameter("spare", [], .ones)
      t.report(Output("cost"), sum(log(t[x] * scope.parameter("slope", [], .ones))))
    }
    let feeds: Feeds = [x: NDArray([-1, 2] as [Float])]
    let state = try program.initialState()
    let findings: [LintFinding] = try program.lint(for: feeds, state: state)
    let lints: [Lint] = Lint.all
    checks.expect(findings.map(\.lint) == ["unused-parameter"] && lints.count == 9, "lints: \(findings)")
    let wrong: NonFiniteValue? = try program.firstNonFinite(state, feeds)
    let operands: [NonFiniteValue.Operand] = wrong?.operands ?? []
    checks.expect(operands.first?.range == -1...2 && wrong?.scope == "layer", "the first value that is not finite")
    let watched = try program.watching("layer/slope").evaluate(state, feeds)
    checks.expect(try watched.scalar(Output("layer/slope")) == 1, "watched tensors")
    let hits: [ProgramReport.RuleHits] = try program.report.passes.flatMap(\.hits)
    checks.expect(hits.allSatisfy { $0.count > 0 }, "rule hits")
  }
}
