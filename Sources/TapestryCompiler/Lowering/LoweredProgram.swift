import TapestryCore
import TapestryGraph
import TapestryTape

/// A program as drafts of instructions over buffers: after fusion, before scheduling.
struct LoweredProgram: Sendable {
  /// An output or a variable's next value: a contiguous place in a buffer.
  struct Result: Sendable {
    let name: String
    let type: TensorType
    var buffer: Int
    var byteOffset: Int
  }

  var drafts: [Draft] = []
  var buffers: [Buffer] = []
  var feeds: [Tape.Slot] = []
  /// The feeds that are to be given as panels of columns (`PackedPanels`).
  var packedFeeds: Set<Int> = []
  var state: [Tape.Slot] = []
  var constants: [NDArray] = []
  var outputs: [Result] = []
  /// The next value of each state slot that gets one.
  var nextState: [(slot: Int, result: Result)] = []
  /// Orders between drafts that no buffer tells: (first, then).
  var orderings: [(Int, Int)] = []
  /// The buffer of each state slot.
  var stateBuffers: [Int] = []

  mutating func addBuffer(_ location: Buffer.Location, byteCount: Int, value: Value?) -> Int {
    buffers.append(Buffer(location: location, byteCount: byteCount, value: value))
    return buffers.count - 1
  }
}
