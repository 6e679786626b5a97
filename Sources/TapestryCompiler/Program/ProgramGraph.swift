package import TapestryCore
package import TapestryGraph

/// A program as the compiler works on it: a graph of the compiler's own and the values that must be computed.
///
/// Every stage up to fusion is one of these, so every stage prints, draws and runs by the reference meaning alike.
package struct ProgramGraph: Sendable {
  /// Where a computed value goes.
  package enum Target: Hashable, Sendable {
    /// Handed out under a name.
    case output(String)
    /// The variable at a path, after the run.
    case state(String)
  }

  /// A value the program must compute.
  package struct Root: Sendable {
    package let target: Target
    package var value: Value

    package init(_ target: Target, _ value: Value) {
      self.target = target
      self.value = value
    }
  }

  package var store: GraphStore
  package var roots: [Root]

  package init(store: GraphStore, roots: [Root]) {
    self.store = store
    self.roots = roots
  }

  /// The program a traced graph stands for: its reports and the last version of each assigned variable.
  ///
  /// - Throws: `invalidGraph` when the graph holds diagnostics.
  package init(tracing graph: Graph) throws(TapestryError) {
    try graph.validate()
    let store = graph.snapshot
    self.store = store
    roots =
      store.effects.reports.map { Root(.output($0.name), $0.value) }
      + store.effects.variables.filter { $0.version > 0 }.map { Root(.state($0.path), $0.current) }
  }
}
