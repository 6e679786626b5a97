import TapestryCore
import TapestryGraph

// Values of a model that it does not report, fetched at every step.

extension Program {
  /// The program with further results: named tensors, fetched at every run beside what it reports.
  ///
  /// A name is the path of a layer, for what the layer gives (``Inspection/layers``), of a variable, for its value before
  /// the step, or an input. Reported under that name; a training shows it like any other report.
  ///
  /// ```swift
  /// let watched = training.watching("mlp/hidden", "mlp/hidden/weight")
  /// let hidden = try watched.run(&state, feeds).array(Output("mlp/hidden"))
  /// ```
  ///
  /// A name that nothing has is a diagnostic of the graph, with the nearest one.
  public func watching(_ names: String...) -> Program {
    extended { tracing in
      let store = tracing.graph.snapshot
      let reports = store.effects.reports.map { ProgramGraph.Root(.output($0.name), $0.value) }
      let known = ProgramGraph(store: store, roots: reports).namedValues
      for name in names {
        if let value = known.first(where: { $0.name == name })?.value {
          tracing.report(Output(name), Tensor(tracing.graph, value))
        } else {
          let near = nearest(to: name, in: known.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
          tracing.graph.diagnose(
            TapestryError(
              .unknownOutput, "nothing called '\(name)' can be watched",
              remedy: near + "name a layer, a variable or an input"))
        }
      }
    }
  }
}

extension ProgramGraph {
  /// What can be watched: what layers give, variables, inputs.
  fileprivate var namedValues: [(name: String, value: Value)] {
    var named = store.effects.inputs.map { ($0.name, $0.value) }
    for node in 0..<store.count {
      if let variable = store.op(of: node, as: VariableOp.self) { named.append((variable.path, Value(node))) }
    }
    for layer in modelLayers { if let output = layer.output { named.append((layer.scope, output)) } }
    return named
  }
}
