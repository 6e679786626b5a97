package import TapestryCore
package import TapestryGraph

/// A compiled program: steps over a flat list of instructions, and what must be bound to run them.
package struct Tape: Sendable {
  /// A named slot: an input, a variable or an output.
  package struct Slot: Sendable, Hashable {
    package let name: String
    package let type: TensorType

    package init(_ name: String, _ type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  package var steps: [Step] = []
  package var instructions: [Instruction] = []
  package var operands: [Operand] = []
  package var parameters: [Int64] = []
  package var regions: [Region] = []
  package var callOuts: [CallOut] = []
  package var constants: [NDArray] = []
  package var feeds: [Slot] = []
  package var state: [Slot] = []
  /// Which state slots the program writes.
  package var writesState: [Bool] = []
  package var outputs: [Slot] = []
  /// Where each output is found when the run ends; contiguous.
  package var outputSources: [Operand] = []
  package var arenaBytes = 0
  /// For each step the parts of the arena that nothing reads after it.
  package var deadAfter: [[Range<Int>]] = []
  /// Parts of the arena that no instruction may write, in tapes made for tests.
  package var guards: [Range<Int>] = []
  /// What each instruction is for, one line: printed in listings and messages.
  package var labels: [String] = []
  /// Scope, line and phase of the model each instruction comes from, where they are known.
  package var origins: [Origin?] = []
  /// The nodes of the optimised graph each instruction computes.
  package var provenance: [[Int]] = []

  package init() {}
}
