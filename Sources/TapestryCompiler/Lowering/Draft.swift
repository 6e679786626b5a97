import TapestryCore
import TapestryGraph
import TapestryTape

/// Memory an instruction reads or writes, before it has an address.
struct Buffer: Sendable {
  enum Location: Hashable, Sendable {
    case arena
    case feed(Int)
    case state(Int)
    case constant(Int)
    case output(Int)
  }

  var location: Location
  let byteCount: Int
  /// The value it holds; nil for work space.
  let value: Value?
}

/// An operand of a draft: a place in a buffer.
struct DraftOperand: Sendable {
  let buffer: Int
  var byteOffset: Int
  let isWrite: Bool
  /// How the instruction walks it, for what may be done in place.
  var walk = OperandWalk.other
}

/// How a region walks an operand: two that walk alike may share memory when the one is read before the other is written.
struct OperandWalk: Sendable {
  /// The number of the walk among those of its region, or -1 for an operand that shares with none.
  let number: Int
  /// The line of the tile program that loads or stores it first.
  let line: Int

  static let other = OperandWalk(number: -1, line: -1)

  /// Whether what is written this way may take the place of what is read another way.
  func mayReplace(_ read: OperandWalk) -> Bool { number >= 0 && number == read.number && read.line < line }
}

/// An instruction before scheduling and addresses.
struct Draft: Sendable {
  var routine: Routine
  var dtype: DType
  var region: Region?
  var operands: [DraftOperand]
  var parameters: [Int] = []
  /// The nodes it computes, and what they are in a few words.
  var members: [Int]
  var label = "copy"
  /// Scope, line and phase of the model it comes from.
  var origin: Origin?
  var flops = 0
  /// Whether it checks indices.
  var canFault = false
  var callOut: CallOut?
  /// For a loop: the body, as a program of its own.
  var loop: LoopDraft?

  var reads: [Int] { operands.filter { !$0.isWrite && $0.buffer >= 0 }.map(\.buffer) }
  var writes: [Int] { operands.filter { $0.isWrite }.map(\.buffer) }
}
