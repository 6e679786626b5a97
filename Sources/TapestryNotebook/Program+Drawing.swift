public import TapestryCompiler
public import TapestryCore
import TapestryGraph

/// A stage of the compiler that can be drawn.
public enum DrawnStage: String, Sendable, CaseIterable {
  /// The graph as traced: model, gradients, updates.
  case traced
  /// The graph after all passes.
  case optimized
  /// The graph after all passes, with a frame around each kernel.
  case fused
}

extension Program {
  /// A drawing of the program at one stage, as a DOT file for `dot -Tsvg`.
  ///
  /// - Parameters:
  ///   - feeds: say the shapes; the program compiled for them is drawn, from the cache where it is there.
  ///   - folded: whether chains of elementwise ops and scopes that repeat are drawn as one box each.
  /// - Throws: what compiling throws.
  public func drawing(of stage: DrawnStage, for feeds: Feeds, folded: Bool = false) throws(TapestryError) -> String {
    try compiled(for: feeds).drawing(of: stage, folded: folded)
  }
}

extension CompiledProgram {
  package func drawing(of stage: DrawnStage, folded: Bool) -> String {
    let program = stage == .traced ? source : optimized
    var kernels: [Int: GraphDOT.Kernel] = [:]
    if stage == .fused {
      for (number, group) in fusion.groups.enumerated() {
        let kernel = GraphDOT.Kernel(number: number, label: program.store.label(of: group.members))
        for node in group.members { kernels[node] = kernel }
      }
    }
    var (outputs, assigned): ([(String, Value)], [(String, Value)]) = ([], [])
    for root in program.roots {
      switch root.target {
      case .output(let name): outputs.append((name, root.value))
      case .state(let path): assigned.append(("assign \(path)", root.value))
      }
    }
    return GraphDOT(
      program.store, title: stage.rawValue, roots: outputs, assigned: assigned, kernels: kernels,
      options: GraphDOT.Options(foldsChains: folded && stage != .fused, foldsRepeatedScopes: folded)
    ).text
  }
}
