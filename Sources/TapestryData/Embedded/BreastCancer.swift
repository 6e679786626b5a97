import TapestryCore

/// 569 real examinations of breast tumours that come with the library: no file, no download.
///
/// Each row is 30 measurements of the cell nuclei in a sample and whether the tumour was benign. The measurements differ
/// a million times in size, so most models need them standardised:
///
/// ```swift
/// let data = BreastCancer.load()
/// let scale = try Standardization(of: data.training["features"])
/// let training = try data.training.standardizing("features", by: scale)
/// let heldOut = try data.heldOut.standardizing("features", by: scale)
/// ```
///
/// Source: "Breast Cancer Wisconsin (Diagnostic)" by W. Wolberg, O. Mangasarian, N. Street and W. Street, UCI Machine
/// Learning Repository, licence CC BY 4.0.
public struct BreastCancer: Sendable {
  /// All 569 rows in the order of the source: `features`, float32[569, 30], and `benign`, int32[569], 1 for a benign
  /// tumour and 0 for a malignant one.
  public let all: DataSet
  /// The 455 rows to train with.
  public let training: DataSet
  /// The 114 rows to test with, spread over the whole set: row `i` is held out when `i * 101 % 569 < 114`.
  public let heldOut: DataSet
  /// What the 30 columns of `features` measure, such as `mean_radius`.
  public let featureNames: [String]

  /// Reads the rows from the text they are embedded as.
  public static func load() -> BreastCancer {
    do {
      let table = try CSVTable(text: breastCancerText, source: "the embedded breast cancer data")
      let names = Array(table.names.dropLast())
      let all = try DataSet([
        ("features", table.columns(names, as: .float32)), ("benign", table.column("benign", as: .int32)),
      ])
      let (training, heldOut) = all.split { $0 * 101 % 569 < 114 }
      return BreastCancer(all: all, training: training, heldOut: heldOut, featureNames: names)
    } catch {
      preconditionFailure("the embedded breast cancer data are damaged, a fault of Tapestry itself: \(error)")
    }
  }
}
