package import TapestryGraph
import TapestryTape

/// A stage of the road from a traced graph to a tape, as it can be looked at.
package enum Stage: String, Sendable, CaseIterable {
  /// What the reports of the trace need: the forward graph.
  case graph
  /// The whole trace: the forward graph, gradients and updates.
  case gradient
  /// After the passes.
  case optimized
  /// Cut into kernels.
  case fused
  /// The instructions.
  case tape
  /// The blocks of the arena.
  case memory
}

extension CompiledProgram {
  /// A stage as text.
  package func text(of stage: Stage) -> String {
    switch stage {
    case .graph: source.forward.text
    case .gradient: source.text
    case .optimized: optimized.text
    case .fused: fusedText
    case .tape: tape.listing
    case .memory: memoryText
    }
  }

  /// A stage as a DOT file: the same bytes for the same program.
  ///
  /// - Parameter folded: whether chains of elementwise nodes, scopes that repeat, kernels and updates are drawn as one box each.
  package func drawing(of stage: Stage, folded: Bool = false) -> String {
    diagram(of: stage, folded: folded)?.dot ?? memoryDrawing
  }

  /// The boxes and edges of a stage; nil for the arena, which is a table.
  package func diagram(of stage: Stage, folded: Bool = false) -> Diagram? {
    switch stage {
    case .graph: source.forward.diagram("graph", folded: folded)
    case .gradient: source.diagram("gradient", folded: folded)
    case .optimized: optimized.diagram("optimized", folded: folded)
    case .fused: optimized.diagram("fused", kernels: drawnKernels, folded: folded)
    case .tape: tape.diagram(tape.provenance.map { optimized.store.phase(of: $0) })
    case .memory: nil
    }
  }
}
