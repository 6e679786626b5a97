/// The loop of a scan: a body compiled as a program of its own, and how its slots move through the operands of the draft.
///
/// The body's state are the carries that are not kept in their stacks (`LoopHistory`); its feeds the slices of what is
/// scanned, the captures, and the carries that are kept; its outputs the slices of what is stacked.
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

  /// A carry as it starts, copied to where the first iteration reads it.
  struct Start: Sendable {
    /// The operand of the draft.
    let source: Int
    let target: Binding
    let byteCount: Int
  }

  let count: Int
  /// The body; or, where the rows of the loop are independent, one for each part of them (`RowCut`): loops that run
  /// side by side. All have the same slots.
  let bodies: [PlannedProgram]
  let starts: [Start]
  /// The carries that are state of the body: results of the draft.
  let carries: [Int]
  /// The slots of those whose last value nothing reads.
  let unread: Set<Int>
  let feeds: [Binding]
  let outputs: [Binding]
  /// The operands that lend the bodies their arenas.
  let workspaces: [Int]
}
