public import TapestryCore
package import TapestryGraph

// What a program looks like on its way from trace to tape, for tools and notebooks. Everything comes from the compiled
// program itself; nothing is written down twice.

/// A compiled program, to be looked at stage by stage.
///
/// ```swift
/// let inspection = try program.inspection(for: feeds)
/// print(try inspection.text(of: "algebra"))
/// print(try inspection.difference(from: "gradient", to: "optimized"))
/// print(try inspection.explanation(of: "loss"))
/// ```
///
/// The stages are `graph` (the forward graph), `gradient` (the whole trace), every pass by its name, `optimized`, `fused`,
/// `tape` and `memory`. Nodes are named as the texts name them, `%7`, or by an input, a variable or an output.
public struct Inspection: Sendable {
  package let compiled: CompiledProgram

  package init(_ compiled: CompiledProgram) { self.compiled = compiled }

  /// The names of all stages, in the order of the road.
  public var stages: [String] {
    [Stage.graph.rawValue, Stage.gradient.rawValue] + compiled.passNames
      + [Stage.optimized, .fused, .tape, .memory].map(\.rawValue)
  }

  /// The names of the passes among the stages.
  public var passes: [String] { compiled.passNames }

  /// A stage as text.
  ///
  /// - Throws: `usage` for a name that is none, with the nearest one.
  public func text(of stage: String) throws(TapestryError) -> String {
    if let fixed = Stage(rawValue: stage) { return compiled.text(of: fixed) }
    return try self.stage(stage).program.text
  }

  /// A stage as a DOT file, for `dot -Tsvg`.
  ///
  /// - Parameter folded: whether chains of elementwise nodes, scopes that repeat, kernels and updates are drawn as one box each.
  /// - Throws: `usage` for a name that is none, with the nearest one.
  public func dot(of stage: String, folded: Bool = false) throws(TapestryError) -> String {
    if let fixed = Stage(rawValue: stage) { return compiled.drawing(of: fixed, folded: folded) }
    return try self.stage(stage).program.diagram(stage, folded: folded).dot
  }

  /// The boxes and edges of a stage; nil for the arena.
  package func diagram(of stage: String, folded: Bool) throws(TapestryError) -> Diagram? {
    if let fixed = Stage(rawValue: stage) { return compiled.diagram(of: fixed, folded: folded) }
    return try self.stage(stage).program.diagram(stage, folded: folded)
  }

  /// A stage that is a graph.
  func stage(_ name: String) throws(TapestryError) -> StageProgram {
    switch Stage(rawValue: name) {
    case .graph: return StageProgram(name, compiled.source.forward)
    case .gradient: return StageProgram(name, compiled.source)
    case .optimized, .fused: return StageProgram(name, compiled.optimized, compiled.trail)
    case .tape, .memory:
      throw TapestryError(.usage, "stage '\(name)' is no graph", remedy: "name a stage before it, such as 'optimized'")
    case nil:
      if let found = try compiled.stagePrograms().first(where: { $0.name == name }) { return found }
      let near = nearest(to: name, in: stages).map { "did you mean '\($0)'? " } ?? ""
      throw TapestryError(
        .usage, "no stage is called '\(name)'", remedy: near + "they are \(stages.joined(separator: ", "))")
    }
  }
}

extension Program {
  /// The program compiled for some feeds, to be looked at; from the cache where it is there.
  ///
  /// - Throws: what compiling throws.
  public func inspection(for feeds: Feeds, mode: TracingMode = .training) throws(TapestryError) -> Inspection {
    Inspection(try compiled(for: feeds, mode: mode))
  }
}
