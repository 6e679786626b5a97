import TapestryCore
import TapestryNN

// What a step of each workload has to do at least, as fixed numbers: a yardstick that stays the same whatever a rewrite
// saves. Operations are the useful multiply-adds of the direct algorithm, counted twice: valid taps only, needed
// gradients only, a forward pass that two gradients share once. For the one workload that is no model they are the
// bytes of its arrays, each read or written once.

extension Workload {
  /// What a step has to do at least.
  package enum Floor: Sendable {
    /// Billions of floating-point operations.
    case gigaflops(Double)
    /// Billions of bytes read and written.
    case gigabytes(Double)
  }

  /// The floor of each workload, by name.
  package static let floors: [String: Floor] = [
    "mlp32": .gigaflops(0.0131), "mlp_sgd": .gigaflops(0.0291), "mlp_tiny": .gigaflops(0.00003),
    "mlp_big": .gigaflops(2.449), "cnn32": .gigaflops(0.524), "cnn128": .gigaflops(2.096),
    "lenet": .gigaflops(0.1026), "rnn": .gigaflops(0.3525), "lstm": .gigaflops(0.404), "charlstm": .gigaflops(4.057),
    "gan_mlp": .gigaflops(0.651), "gan_dc": .gigaflops(4.06),
    // Two arrays of 2^20 numbers are read and one is written.
    "fuse": .gigabytes(0.012583),
  ]
}

extension Workload.Floor {
  /// The milliseconds of a step on a machine that does nothing else. The counts are those of Float32; a Float64 has twice
  /// the bytes, and a vector holds half as many.
  func milliseconds(on machine: Machine, _ dtype: DType) -> Double {
    let scale = 1000 * Double(dtype.byteCount) / 4
    return switch self {
    case .gigaflops(let count): scale * count / machine.gigaflopsPerSecond
    case .gigabytes(let count): scale * count / machine.gigabytesPerSecond
    }
  }
}
