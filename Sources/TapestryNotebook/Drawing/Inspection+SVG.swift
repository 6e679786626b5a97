public import TapestryCompiler
public import TapestryCore

extension Inspection {
  /// A stage as a self-contained SVG picture, for light and dark pages; no other program is needed to draw it. The stage
  /// `memory` is the arena over time: ``arenaSVG``.
  ///
  /// - Parameter folded: whether chains of elementwise nodes, scopes that repeat, kernels and updates are drawn as one box each.
  /// - Throws: `usage` for a name that is none, with the nearest one, and for a stage of more boxes than can be read.
  public func svg(of stage: String, folded: Bool = false) throws(TapestryError) -> String {
    guard let diagram = try diagram(of: stage, folded: folded) else { return arenaSVG }
    return try DiagramSVG.text(diagram)
  }

  /// The arena over time as a self-contained SVG picture: waves from left to right, bytes from the top down.
  public var arenaSVG: String { ArenaSVG.text(self) }

  /// A stage as a figure of a report.
  ///
  /// - Throws: as ``svg(of:folded:)`` does.
  public func figure(of stage: String, folded: Bool = false, title: String) throws(TapestryError) -> Figure {
    Figure(svg: try svg(of: stage, folded: folded), title: title)
  }
}
