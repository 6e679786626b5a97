package import TapestryCore

/// One step of the compiler from graph to graph.
///
/// A new pass is one file with a conforming type and one entry in `PassPlan.standard`.
package protocol Pass: Sendable {
  /// The name a plan finds it by, in lower case with hyphens.
  var name: String { get }
  /// Groups it belongs to; a plan can leave out a whole group.
  var tags: [String] { get }
  /// One sentence that says what it does.
  var summary: String { get }

  /// Changes the program to one of equal meaning.
  ///
  /// - Throws: `internalFault` when the pass itself is wrong.
  func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError)
}

extension Pass {
  package var tags: [String] { [] }

  /// Whether a name is that of the pass or of one of its groups.
  func answers(to name: String) -> Bool { self.name == name || tags.contains(name) }
}
