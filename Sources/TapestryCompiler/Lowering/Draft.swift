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
  let byteOffset: Int
  let isWrite: Bool
  /// Read and written element by element in the order of the iteration space, all of the buffer: what an
  /// instruction may do in place.
  var isWhole = false
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
  /// The line of the model it comes from.
  var place: SourcePlace?
  var flops = 0
  /// Whether it checks indices.
  var canFault = false
  var callOut: CallOut?
  /// For a loop: the body, as a program of its own.
  var loop: LoopDraft?
  /// Pairs (read, write) of operands that may share memory.
  var inPlacePairs: [(read: Int, write: Int)] = []

  var reads: [Int] { operands.filter { !$0.isWrite && $0.buffer >= 0 }.map(\.buffer) }
  var writes: [Int] { operands.filter { $0.isWrite }.map(\.buffer) }
}
