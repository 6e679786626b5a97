public import TapestryCompiler
public import TapestryCore
import Foundation
import TapestryData

// A training is its state, which holds parameters, what optimizers remember, step counts and the random key, each by
// its path, and its place in the data, which is a function of seed and epoch alone. A checkpoint is a safetensors file
// of the state with seed and epoch in its metadata, so any tool that reads the one reads the other.
//
// A trainer adds what it needs to go on in the middle of an epoch, as JSON in the metadata, and the states callbacks
// keep, such as the best so far, as tensors below `tapestry.kept/`, which reading a state from the file leaves out.

/// A training that can go on where it stopped: the state, and how far through the data it came.
///
/// ```swift
/// try Checkpoint(state: state, epoch: epoch, seed: 7).write(to: "training.safetensors")
/// let checkpoint = try Checkpoint(contentsOf: "training.safetensors")
/// var state = checkpoint.state
/// for epoch in stride(from: checkpoint.epoch + 1, through: 20, by: 1) {
///   for batch in rows.batches(of: 32, seed: checkpoint.seed, epoch: epoch) { ... }
/// }
/// ```
///
/// A training resumed from a checkpoint gives the same bits as one that never stopped. A ``Trainer`` writes checkpoints
/// by a ``CheckpointPlan`` and goes on from one it is given. In a loop of one's own, what is neither state nor a function
/// of seed and epoch goes into the notes, as ``ReduceOnPlateau/memory`` does.
public struct Checkpoint: Sendable, Hashable {
  /// Parameters, what optimizers remember, step counts and the random key, by path.
  public var state: ModelState
  /// How many epochs were finished.
  public var epoch: Int
  /// The seed of the order of the batches.
  public var seed: Int
  /// Further texts by name that the file carries.
  public var notes: [String: String]
  /// Where a trainer was, and what it had measured.
  var progress: TrainingProgress?
  /// The states kept apart: those of callbacks, by callback and name.
  package var kept: [String: ModelState] = [:]

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
        let kind = range.lowerBound == 0 ? "a whole number of 0 or more" : "a whole number"
        throw TapestryError(
          .invalidFile,
          "'\(path)': expected \(kind) as '\(key)' in the metadata, found "
            + (file.metadata[key].map { "'\($0)'" } ?? "nothing"),
          remedy: "read a file that holds only a state with `ModelState(contentsOf:)`")
      }
      return number
    }
    let own = [Checkpoint.epochKey, Checkpoint.seedKey, Checkpoint.progressKey]
    let (state, kept) = Checkpoint.states(in: file.tensors)
    self.init(
      state: state, epoch: try number(Checkpoint.epochKey, 0...(.max)),
      seed: try number(Checkpoint.seedKey, .min ... .max), notes: file.metadata.filter { !own.contains($0.key) })
    self.kept = kept
    if let text = file.metadata[Checkpoint.progressKey] { progress = try TrainingProgress(json: text, of: path) }
  }

  /// Reads a checkpoint if there is a file at the path; nil otherwise.
  ///
  /// ```swift
  /// try trainer.fit(&state, rows, epochs: 20, checkpoints: .init(to: path), resuming: .ifPresent(at: path))
  /// ```
  ///
  /// - Throws: `invalidFile` as ``init(contentsOf:)``.
  public static func ifPresent(at path: String) throws(TapestryError) -> Checkpoint? {
    FileManager.default.fileExists(atPath: path) ? try Checkpoint(contentsOf: path) : nil
  }

  /// Writes the checkpoint to a safetensors file in one step: a stop at any moment leaves the old file or the new one.
  ///
  /// - Throws: `invalidFile` when it cannot be written.
  public func write(to path: String) throws(TapestryError) {
    var metadata = notes
    metadata[Checkpoint.epochKey] = String(epoch)
    metadata[Checkpoint.seedKey] = String(seed)
    if let progress { metadata[Checkpoint.progressKey] = try progress.json() }
    var tensors = state.arrays
    for (name, other) in kept {
      for (path, array) in other.arrays { tensors["\(Checkpoint.keptPrefix)\(name):\(path)"] = array }
    }
    try Safetensors(tensors, metadata: metadata).write(to: path)
  }

  /// The state a file holds, and apart from it the states that were kept.
  static func states(in tensors: [String: NDArray]) -> (state: ModelState, kept: [String: ModelState]) {
    var state = ModelState()
    var kept: [String: ModelState] = [:]
    for (name, array) in tensors {
      if name.hasPrefix(keptPrefix) {
        let parts = name.dropFirst(keptPrefix.count).split(separator: ":", maxSplits: 1)
        if parts.count == 2 { kept[String(parts[0]), default: ModelState()][String(parts[1])] = array }
      } else {
        state[name] = array
      }
    }
    return (state, kept)
  }

  private static let epochKey = "tapestry.epoch"
  private static let seedKey = "tapestry.seed"
  private static let progressKey = "tapestry.training"
  private static let keptPrefix = "tapestry.kept/"
}
