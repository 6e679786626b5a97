import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData

/// What a training is to do: the settings of `fit`.
struct TrainingPlan<Rows: DataRows>: Sendable {
  let rows: Rows
  let validation: Rows?
  let epochs: Int
  let batchSize: Int
  let seed: Int
  let shuffles: Bool
  let checkpoints: CheckpointPlan?

  /// The batches of an epoch, counted from 1.
  func batches(_ epoch: Int) -> Batches<Rows> {
    shuffles ? rows.batches(of: batchSize, seed: seed, epoch: epoch) : rows.batches(of: batchSize)
  }
}

// What is wrong is said before anything changes.
extension Trainer {
  /// Checks the settings of a training.
  func check(_ plan: TrainingPlan<Rows>, _ checkpoint: Checkpoint?) throws(TapestryError) {
    for (name, value) in [("epochs", plan.epochs), ("rows of a batch", plan.batchSize)] where value < 1 {
      throw TapestryError(.invalidAttribute, "a training with \(value) \(name)", remedy: "give 1 or more")
    }
    guard plan.rows.rowCount > 0 else { throw emptyRows("to train with") }
    if let validation = plan.validation, validation.rowCount == 0 { throw emptyRows("to validate with") }
    if let path = plan.checkpoints?.path {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw TapestryError(
          .invalidFile, "checkpoints cannot be written to '\(path)'",
          remedy: "name a file in a folder that is there and may be written")
      }
    }
    guard let checkpoint else { return }
    var settings = [("seed", plan.seed, checkpoint.seed)]
    if let progress = checkpoint.progress {
      settings.append(("batch size", plan.batchSize, progress.batchSize))
      settings.append(("number of rows", plan.rows.rowCount, progress.rowCount))
    }
    for (name, given, kept) in settings where given != kept {
      throw TapestryError(
        .usage, "the checkpoint is of a training with \(name) \(kept), not \(given)",
        remedy: "resume with the same \(name), or start a training from the checkpoint's state")
    }
  }

  /// The names of all that is measured, in order. Compiles the program for the first batch.
  ///
  /// - Throws: what does not fit: outputs that are not reported, means that are no scalars, names given twice.
  func names(_ plan: TrainingPlan<Rows>, _ state: ModelState) throws -> [String] {
    try checkOutputs(of: program, .training, plan.batches(1)[0])
    if let validation = plan.validation {
      try checkOutputs(of: evaluation, .evaluation, validation.batches(of: evaluationBatchSize)[0])
    }
    var names = measured.map(\.name)
    if plan.validation != nil { names += names.map { "val_" + $0 } }
    names += state.namedLearningRates.map(\.name)
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
      throw TapestryError(
        .usage, "two things measured are called '\(name)'", remedy: "name one of them otherwise with `as:`")
    }
    return names
  }

  private func checkOutputs(of program: Program, _ mode: TracingMode, _ batch: Rows) throws {
    let types = try program.outputTypes(for: feeds(batch), mode: mode)
    for metric in measured {
      let name = metric.output.name
      guard let type = types[name] else {
        let near = nearest(to: name, in: types.keys.sorted()).map { "did you mean '\($0)'? " } ?? ""
        let known = types.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
        throw TapestryError(
          .unknownOutput, "the program reports no output '\(name)'",
          remedy: near + (known.isEmpty ? "report it in the tracing" : "it reports " + known))
      }
      guard !metric.isMean || type.shape.count == 1 else {
        throw TapestryError(
          .shapeMismatch, "output '\(name)' is \(type), not a scalar",
          remedy: "report a mean over the rows, or measure it with `Metric.sum`")
      }
    }
  }

  func emptyRows(_ use: String) -> TapestryError {
    TapestryError(.invalidAttribute, "a data set without rows \(use)", remedy: "give at least one row")
  }
}
