public import TapestryCompiler
public import TapestryCore
import TapestryData

// A training is its state, which holds parameters, what optimizers remember, step counts and the random key, each by
// its path, and its place in the data, which is a function of seed and epoch alone. A checkpoint is a safetensors file
// of the state with seed and epoch in its metadata, so any tool that reads the one reads the other.

/// A training that can go on where it stopped: the state, and how far through the data it came.
///
/// ```swift
/// try Checkpoint(state: state, epoch: epoch + 1, seed: 7).write(to: "training.safetensors")
/// let checkpoint = try Checkpoint(contentsOf: "training.safetensors")
/// var state = checkpoint.state
/// for epoch in stride(from: checkpoint.epoch, to: 20, by: 1) {
///   for batch in rows.batches(of: 32, seed: checkpoint.seed, epoch: epoch) { ... }
/// }
/// ```
///
/// A training resumed from a checkpoint gives the same bits as one that never stopped. What is neither state nor a
/// function of seed and epoch goes into the notes, as ``ReduceOnPlateau/memory`` does.
public struct Checkpoint: Sendable, Hashable {
  /// Parameters, what optimizers remember, step counts and the random key, by path.
  public var state: ModelState
  /// How many epochs were finished: the next one to train, counted from 0.
  public var epoch: Int
  /// The seed of the order of the batches.
  public var seed: Int
  /// Further texts by name that the file carries.
  public var notes: [String: String]

  /// What a training is at the end of an epoch.
  public init(state: ModelState, epoch: Int, seed: Int, notes: [String: String] = [:]) {
    self.state = state
    self.epoch = epoch
    self.seed = seed
    self.notes = notes
  }

  /// Reads a checkpoint from a safetensors file.
  ///
  /// - Throws: `invalidFile` for a file that cannot be read or is broken, or holds no epoch and seed.
  public init(contentsOf path: String) throws(TapestryError) {
    let file = try Safetensors(path: path)
    func number(_ key: String, _ range: ClosedRange<Int>) throws(TapestryError) -> Int {
      guard let text = file.metadata[key], let number = Int(text), range.contains(number) else {
        throw TapestryError(
          .invalidFile,
          "'\(path)': expected a whole number\(range.lowerBound == 0 ? " of 0 or more" : "") as '\(key)' in the metadata, found "
            + (file.metadata[key].map { "'\($0)'" } ?? "nothing"),
          remedy: "read a file that holds only a state with `ModelState(contentsOf:)`")
      }
      return number
    }
    let notes = file.metadata.filter { $0.key != Checkpoint.epochKey && $0.key != Checkpoint.seedKey }
    self.init(
      state: ModelState(file.tensors), epoch: try number(Checkpoint.epochKey, 0...(.max)),
      seed: try number(Checkpoint.seedKey, .min ... .max), notes: notes)
  }

  /// Writes the checkpoint to a safetensors file in one step: a stop at any moment leaves the old file or the new one.
  ///
  /// - Throws: `invalidFile` when it cannot be written.
  public func write(to path: String) throws(TapestryError) {
    var metadata = notes
    metadata[Checkpoint.epochKey] = String(epoch)
    metadata[Checkpoint.seedKey] = String(seed)
    try Safetensors(state.arrays, metadata: metadata).write(to: path)
  }

  private static let epochKey = "tapestry.epoch"
  private static let seedKey = "tapestry.seed"
}
