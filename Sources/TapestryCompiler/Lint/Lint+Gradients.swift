import TapestryCore
import TapestryGraph

// Lints about what is trained.

extension Lint {
  static let unusedParameter = Lint(
    name: "unused-parameter", summary: "A parameter that no result and no next value of the state needs."
  ) { subject in
    let reached = subject.store.reach(of: subject.compiled.source.roots.map(\.value))
    return subject.parameters.filter { !reached[$0.node] }.map { variable, node in
      Lint.Found(
        "parameter '\(variable.path)' is declared and never used",
        remedy: "use it, or leave its declaration out", at: subject.origin(node))
    }
  }

  static let cutGradient = Lint(
    name: "cut-gradient",
    summary: "A parameter that reports depend on, but only through operations that pass no gradient back."
  ) { subject in
    let trained = subject.parameters.contains { $0.variable.version > 0 }
    let (reached, smooth) = (subject.store.reach(of: subject.reports), subject.differentiableReach(of: subject.reports))
    guard trained else { return [] }
    return subject.parameters.filter { $0.variable.version == 0 && reached[$0.node] && !smooth[$0.node] }.map {
      let cut = subject.firstCut(above: $0.node, smooth)
      let name = cut.map { "'\(type(of: subject.store.op(of: $0)).name)'" } ?? "an operation"
      return Lint.Found(
        "no gradient reaches parameter '\($0.variable.path)': \(name) passes none back",
        remedy: "take the cut out of its way, or keep the values in `state` if they are not to be trained",
        at: subject.origin(cut ?? $0.node))
    }
  }

  static let lossWithoutGradient = Lint(
    name: "loss-without-gradient",
    summary: "Reports that depend on parameters, none of them in a way that can be differentiated."
  ) { subject in
    let (reached, smooth) = (subject.store.reach(of: subject.reports), subject.differentiableReach(of: subject.reports))
    let used = subject.parameters.filter { reached[$0.node] }
    guard let first = used.first, !used.contains(where: { smooth[$0.node] }) else { return [] }
    let cut = subject.firstCut(above: first.node, smooth)
    let name = cut.map { "'\(type(of: subject.store.op(of: $0)).name)'" } ?? "an operation"
    return [
      Lint.Found(
        "nothing that is reported can be differentiated: \(name) is flat wherever it is smooth",
        remedy: "train by a smooth loss, such as a cross-entropy, and report this beside it",
        at: subject.origin(cut ?? first.node))
    ]
  }
}

extension LintSubject {
  /// The first operation between a node and the reports whose derivative is zero, gradients having reached it.
  fileprivate func firstCut(above start: Int, _ smooth: [Bool]) -> Int? {
    var depends = [Bool](repeating: false, count: store.count)
    depends[start] = true
    for node in start + 1..<max(store.count, start + 1) {
      depends[node] = store.operands(of: node).contains { depends[Int($0.node)] }
    }
    return depends.indices.last { depends[$0] && smooth[$0] && isConstantForGradients($0) }
      ?? depends.indices.first { depends[$0] && isConstantForGradients($0) }
  }
}
