import Foundation
import TapestryCore

/// Where a trainer was when a checkpoint was made, and what it had measured: what a resumption needs beside the state.
struct TrainingProgress: Sendable, Hashable, Codable {
  /// Steps made of the epoch after the finished ones.
  var step: Int
  var batchSize: Int
  var rowCount: Int
  var history: TrainingHistory
  /// What the metrics have seen of the epoch.
  var sums: MetricSums
  /// Seconds the epoch took so far.
  var seconds: Double
  /// What callbacks remember, by callback and name.
  var memory: [String: [String: Double]]

  /// The progress as text; numbers are read back with the same bits.
  func json() throws(TapestryError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw TapestryError(
        .internalFault, "the progress of a training cannot be written", remedy: "report this",
        notes: [error.localizedDescription])
    }
  }
}

extension TrainingProgress {
  /// Reads the text a checkpoint carries.
  ///
  /// - Throws: `invalidFile` when it is damaged.
  init(json text: String, of path: String) throws(TapestryError) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    func unreadable(_ reason: String) -> TapestryError {
      TapestryError(
        .invalidFile, "'\(path)': the progress of the training in the metadata cannot be read",
        remedy: "resume from another checkpoint, or take its state with `ModelState(contentsOf:)`", notes: [reason])
    }
    do {
      self = try decoder.decode(TrainingProgress.self, from: Foundation.Data(text.utf8))
    } catch {
      throw unreadable("\(error)")
    }
    guard batchSize >= 1, rowCount >= 1, (0...((rowCount - 1) / batchSize + 1)).contains(step) else {
      throw unreadable("step \(step) of an epoch of \(rowCount) rows in batches of \(batchSize)")
    }
    guard sums.isWhole(within: rowCount) else {
      throw unreadable("sums of metrics that have not the shapes they claim")
    }
  }
}
