import Foundation
public import TapestryCore
public import TapestryTerminal

/// What was measured in one epoch.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// The number of the epoch, counted from 1.
  public let epoch: Int
  /// What was measured, by name.
  public let values: [String: Double]
  /// How long it took, validation included.
  public let seconds: Double

  /// What was measured under a name.
  public subscript(name: String) -> Double? { values[name] }
}

/// What was measured in each epoch of a training.
///
/// The names are that of the loss and those of the metrics, over the training rows while the model changed; with `val_`
/// before them the same over the validation rows after the epoch; and `learning_rate`, the rate in the state before a
/// schedule of the graph changes it (`part/learning_rate` for an optimizer over the scope `part`).
public struct TrainingHistory: Sendable, Hashable, Codable {
  /// What was measured, in the order of columns.
  public internal(set) var names: [String]
  /// The epochs finished, of trainings resumed those before, too.
  public internal(set) var epochs: [EpochRecord] = []
  /// Why the training ended before its last epoch, as a callback said; nil when it did not.
  public internal(set) var stopReason: String?
  /// How many shapes and modes the program was compiled for when the training ended: two for batches with a short last
  /// one, as many for validation.
  public internal(set) var specializations = 0

  /// The values of all epochs under a name.
  ///
  /// - Throws: `unknownOutput` when nothing of that name was measured, with the nearest one.
  public subscript(name: String) -> [Double] {
    get throws(TapestryError) {
      try requireMeasured(name)
      return epochs.map { $0.values[name] ?? .nan }
    }
  }

  /// The names and values as a table, a row for each epoch.
  ///
  /// - Parameter chosen: the columns; all by default.
  /// - Throws: `unknownOutput` when nothing of such a name was measured.
  public func table(of chosen: [String]? = nil) throws(TapestryError) -> TextTable {
    let columns = chosen ?? names
    for name in columns { try requireMeasured(name) }
    var table = TextTable([.right("epoch")] + columns.map { .right($0) })
    for record in epochs {
      table.add([String(record.epoch)] + columns.map { shortText(record.values[$0] ?? .nan) })
    }
    return table
  }

  /// Throws the error for a name nothing was measured under.
  func requireMeasured(_ name: String) throws(TapestryError) {
    guard !names.contains(name) else { return }
    let isUnvalidated = name.hasPrefix("val_") && names.contains(String(name.dropFirst(4)))
    let near = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(
      .unknownOutput, "nothing called '\(name)' is measured",
      remedy: isUnvalidated
        ? "give `validation:` rows to measure it over, or name '\(name.dropFirst(4))'"
        : near + "measured are " + names.map { "'\($0)'" }.joined(separator: ", "))
  }
}

/// A measured number for people: four digits after the point, or three that count where it is small.
func shortText(_ value: Double) -> String {
  String(format: value != 0 && abs(value) < 0.01 ? "%.3g" : "%.4f", value)
}
