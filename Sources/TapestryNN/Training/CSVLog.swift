import Foundation
import TapestryCore

/// Writes what was measured to a CSV file, a row after each epoch: `epoch`, the names of the history, `seconds`.
///
/// A training resumed goes on with the file: rows of epochs after the checkpoint are dropped, since they are trained
/// again, and new ones are added.
public struct CSVLog: TrainingCallback, Sendable {
  private let path: String

  /// A log at a path; a new training begins the file anew.
  public init(_ path: String) { self.path = path }

  /// Begins the file, or goes on with it.
  ///
  /// - Throws: `invalidFile` when it cannot be written, or a training is resumed that measures something else.
  public mutating func trainingBegan(_ run: inout TrainingRun) throws {
    let header = line(["epoch"] + run.history.names + ["seconds"])
    let finished = run.finishedEpochs
    var rows: [Substring] = []
    if finished > 0, let text = try? String(contentsOfFile: path, encoding: .utf8) {
      rows = text.split(whereSeparator: \.isNewline)
      guard rows.first.map({ $0 + "\n" == header }) ?? true else {
        throw TapestryError(
          .invalidFile, "'\(path)' is the log of a training that measured other things",
          remedy: "measure the same, or give a resumed training another log",
          notes: ["it begins with \(rows[0])", "this would begin with \(header.dropLast())"])
      }
      rows = rows.dropFirst().filter { row in
        row.split(separator: ",").first.flatMap { Int($0) }.map { $0 <= finished } ?? false
      }
    }
    do {
      try (header + rows.map { $0 + "\n" }.joined()).write(toFile: path, atomically: true, encoding: .utf8)
    } catch { throw fault(error) }
  }

  /// Adds the row of the epoch.
  ///
  /// - Throws: `invalidFile` when it cannot be written.
  public mutating func epochEnded(_ run: inout TrainingRun) throws {
    guard let record = run.history.epochs.last else { return }
    let values = run.history.names.map { record.values[$0].map { "\($0)" } ?? "" }
    do {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: Foundation.Data(line(["\(record.epoch)"] + values + ["\(record.seconds)"]).utf8))
    } catch { throw fault(error) }
  }

  /// Fields as a line, quoted where they must be.
  private func line(_ fields: [String]) -> String {
    fields.map { field in
      guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
      return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }

  private func fault(_ error: any Error) -> TapestryError {
    TapestryError(
      .invalidFile, "'\(path)' cannot be written", remedy: "check that its folder is there and may be written",
      notes: [error.localizedDescription])
  }
}
