package import CTapestryKernels
package import TapestryCore

/// What an instruction runs.
package enum Routine: Sendable, Hashable {
  /// A vector kernel.
  case kernel(tap_kernel)
  /// The reference meaning of an op without a kernel; the number is its place in the tape's call-outs.
  case callOut(Int32)
}

/// One instruction: a routine over operands, parameters and perhaps a region.
package struct Instruction: Sendable {
  package var routine: Routine
  package var dtype: DType
  /// Place in the tape's regions, or -1.
  package var region: Int32 = -1
  package var firstOperand: Int32 = 0
  package var operandCount: Int32 = 0
  package var firstParameter: Int32 = 0
  package var parameterCount: Int32 = 0
  /// How many independent slices it splits into.
  package var units = 1
  package var flops = 0
  /// Bytes read and written.
  package var bytes = 0
  /// What one core takes for it, by the costs the tape was written with.
  package var nanoseconds = 0.0

  package init(_ routine: Routine, _ dtype: DType) {
    self.routine = routine
    self.dtype = dtype
  }
}

/// A step of the tape: a wave of mutually independent instructions, the edge of a loop, or the head of several loops.
package struct Step: Sendable {
  package enum Kind: Sendable, Hashable {
    /// Instructions `first ..< first + count`, then a barrier.
    case wave
    /// Runs the steps up to the matching end, at `first`, `count` times.
    case loopBegin
    /// Goes back to the step after `first` until the loop is done.
    case loopEnd
    /// The `count` loops that follow, up to step `first`, are independent: each may have a thread of its own, which runs
    /// it from its first pass to its last.
    case sideBySide
  }

  package var kind: Kind
  package var first: Int
  package var count: Int
  /// Whether the wave, or the loops, are worth splitting among threads: decided by their cost, never by the number of
  /// threads.
  package var isParallel = false
  /// Whether the wave writes state: no run that found a fault goes on from here.
  package var commits = false
  /// How many steps at the end of a loop its last pass leaves out: what they make, the next pass alone would read.
  package var leftOut = 0

  package init(_ kind: Kind, first: Int, count: Int) {
    self.kind = kind
    self.first = first
    self.count = count
  }
}

/// An op called by its reference meaning: what its operands and results are.
package struct CallOut: Sendable {
  package let op: any TapeCallable
  package let operands: [TensorType]
  package let results: [TensorType]

  package init(_ op: any TapeCallable, _ operands: [TensorType], _ results: [TensorType]) {
    self.op = op
    self.operands = operands
    self.results = results
  }
}

/// What the executor needs of an op it calls out to.
package protocol TapeCallable: Sendable {
  /// The name shown in listings and messages.
  var callName: String { get }
  /// The results for some operands.
  func call(_ operands: [NDArray]) throws(TapestryError) -> [NDArray]
}
