public import TapestryCompiler
public import TapestryCore

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
  ///   - folded: whether chains of elementwise nodes, scopes that repeat, kernels and updates are drawn as one box each.
  /// - Throws: what compiling throws.
  public func drawing(of stage: DrawnStage, for feeds: Feeds, folded: Bool = false) throws(TapestryError) -> String {
    try compiled(for: feeds).drawing(of: stage.stage, folded: folded)
  }
}

extension DrawnStage {
  fileprivate var stage: Stage {
    switch self {
    case .traced: .gradient
    case .optimized: .optimized
    case .fused: .fused
    }
  }
}
