/// How much work the back end did, in steps: what tests bound, so that no phase grows faster than the program.
package struct WorkCounts: Sendable, Equatable {
  /// Edges of the graph the fuser weighed, again for each attempt.
  package var fusionEdges = 0
  /// Instructions of tile programs.
  package var tileInstructions = 0
  /// Orders between instructions.
  package var scheduleEdges = 0
  package var intervals = 0
  /// Readers, writers and candidates for in-place work that live intervals looked at.
  package var intervalSteps = 0
  /// Free blocks of the arena looked at.
  package var allocatorSteps = 0

  package init() {}
}
