import CTapestryKernels
import TapestryCore

// Slow paths: instructions that no vector kernel runs.
//
// There are three kinds: call-outs to the reference meaning of an op; fused kernels with an operation that has no
// vector form in its type and goes element by element; and convolutions and poolings along so few channels that their
// vectors, which lie along the channels, have one lane. Work on a single element, as the decay powers of an optimizer
// are, is none.

extension Tape {
  /// The fewest channels from which depthwise convolutions of a type, and poolings, have vectors at every level.
  private static let laneChannels = (depthwiseBytes: 64, pooling: 4)

  /// How many instructions no vector kernel runs.
  package var slowPaths: Int { instructions.count { isSlow($0) } }

  private func isSlow(_ instruction: Instruction) -> Bool {
    guard case .kernel(let kernel) = instruction.routine else { return true }
    if instruction.region >= 0, regions[Int(instruction.region)].hasScalarLoop { return true }
    func parameter(_ place: Int) -> Int { Int(parameters[Int(instruction.firstParameter) + place]) }
    func isNarrowConvolution() -> Bool {
      let (channels, outputs, groups) = (parameter(3), parameter(6), parameter(15))
      return channels == groups && outputs == groups
        && channels * instruction.dtype.byteCount < Tape.laneChannels.depthwiseBytes
    }
    switch kernel {
    case TAP_KERNEL_CONV, TAP_KERNEL_CONV_INPUT_GRADIENT, TAP_KERNEL_CONV_FILTER_GRADIENT: return isNarrowConvolution()
    case TAP_KERNEL_CONV_MAX_POOL, TAP_KERNEL_CONV_POOL_INPUT_GRADIENT, TAP_KERNEL_CONV_POOL_FILTER_GRADIENT:
      return parameter(6) < Tape.laneChannels.pooling || isNarrowConvolution()
    case TAP_KERNEL_MAX_POOL, TAP_KERNEL_POOL_GATHER, TAP_KERNEL_POOL_SCATTER, TAP_KERNEL_SUM_POOL,
      TAP_KERNEL_SUM_POOL_GRADIENT:
      return parameter(3) < Tape.laneChannels.pooling
    default: return false
    }
  }
}

extension Region {
  /// Whether its loops hold an operation that goes element by element over more than one.
  fileprivate var hasScalarLoop: Bool {
    guard extents.reduce(1, *) > 1 else { return false }
    return program.sections.contains { section in
      section.kind == TAP_LOOP.rawValue
        && program.instructions[Int(section.begin)..<Int(section.end)].contains {
          $0.cls == UInt8(TAP_FULL.rawValue) && $0.isScalar
        }
    }
  }
}

extension tap_tile_instr {
  /// Whether the kernels have no vector form of the operation in its type.
  fileprivate var isScalar: Bool {
    switch tap_tile_op(rawValue: op) {
    case TAP_POW, TAP_REMAINDER: true
    case TAP_DIV: dtype == TAP_I32.rawValue
    case TAP_ERF, TAP_SIN, TAP_COS: dtype == TAP_F64.rawValue
    default: false
    }
  }
}
