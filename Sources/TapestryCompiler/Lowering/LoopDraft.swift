/// The loop of a scan: a body compiled as a program of its own, and how its slots move through the operands of the draft.
///
/// The body's state are the carries, its feeds the slices of what is scanned and the captures, its outputs the
/// slices of what is stacked.
struct LoopDraft: Sendable {
  /// An operand of the draft seen by an iteration.
  struct Binding: Sendable {
    /// The operand of the draft.
    let operand: Int
    /// Bytes from one iteration to the next; negative when walked backwards.
    let increment: Int
    /// Bytes from the operand to the first iteration's slice.
    let start: Int
  }

  let count: Int
  let body: PlannedProgram
  /// Carries as they start, copied into the carries before the loop.
  let initial: [Int]
  /// The carries: results of the draft, updated by the body.
  let carries: [Int]
  let feeds: [Binding]
  let outputs: [Binding]
  /// The operand that lends the body its arena.
  let workspace: Int
}
