package import TapestryCore
package import TapestryTape

/// What a compilation does and for which target.
package struct CompilerOptions: Sendable {
  package var passes: PassPlan
  /// Whether loops are replaced by their steps, once what they repeat has left them.
  package var unrollsLoops = false
  /// What loops keep for their gradients; nil for everything, or for what fits the memory limit where that does not.
  package var loopMemory: LoopMemory?
  /// Whether nodes are joined into kernels; without, each is an instruction.
  package var fuses = true
  package var costs = TargetCosts.portable
  /// The kernels the tape runs with; the plan does not depend on them.
  package var kernels = KernelTable.best
  /// The most bytes arena and state may take together.
  package var memoryLimit: Int?
  /// Whether the verifier runs after every pass.
  package var verifies = false
  /// Whether every buffer gets memory of its own with a guard behind it: what tests look for writes out of bounds with.
  package var guardsBuffers = false
  /// Whether next values of variables are computed; an evaluation only reads.
  package var updatesState = true

  package init(passes: PassPlan = .standard) { self.passes = passes }

  /// The options without a pass, by name or group; `fusion` is one of the names.
  ///
  /// - Throws: `usage` for a name no pass answers to.
  package func excluding(_ name: String) throws(TapestryError) -> CompilerOptions {
    var options = self
    if name == "fusion" { options.fuses = false } else { options.passes = try passes.excluding(name) }
    return options
  }
}
