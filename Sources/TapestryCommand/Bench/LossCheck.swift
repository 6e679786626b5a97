import Foundation
import TapestryCompiler
package import TapestryCore
import TapestryGraph
package import TapestryNN

// The losses of ten steps from fixed values, held to those PyTorch has in Float64: Tests/Scripts/reference_bench.py
// writes the table. The measure is |a - b| / max(|b|, 1). Float64 may be off by 1e-9, Float32 by 1e-4; a workload whose
// ten steps enlarge rounding errors beyond that, as PyTorch's own in Float32 show, by four times what PyTorch is off.

/// Ten steps of a workload against PyTorch.
package struct LossCheck {
  /// The losses of each step by the names of the outputs.
  package typealias Losses = [String: [Double]]

  package let name: String
  package let dtype: DType
  /// The greatest deviation met.
  package private(set) var worst = 0.0
  /// What is off, a line each.
  package private(set) var faults: [String] = []

  /// The deviation allowed by a step, counted from 0.
  private func tolerance(_ step: Int) -> Double {
    if dtype == .float64 { return 1e-9 }
    let known = ReferenceLosses.float32Deviations[name] ?? []
    return Swift.max(1e-4, step < known.count ? 4 * known[step] : 0)
  }

  /// Runs a workload from fixed values and compares its losses.
  ///
  /// - Throws: what compiling and running throw.
  package init(
    _ model: CatalogueModel, _ dtype: DType, threads: Int?, wanted: Losses
  ) throws(TapestryError) {
    (name, self.dtype) = (model.name, dtype)
    let program = model.program(ProgramOptions(threads: threads))
    let feeds = FixedValues.feeds(model.feeds)
    var state = FixedValues.state(try program.initialState(seed: 1, feeds: feeds))
    let series = wanted.sorted { $0.key < $1.key }
    for step in 0..<(series.map(\.value.count).max() ?? 0) {
      let results = try program.run(&state, feeds)
      for (output, values) in series where step < values.count {
        let found =
          output == LossCheck.gradientSum
          ? state["fuse/gradient"]?.doubles.reduce(0, +) ?? .nan : try results.scalar(Output(output))
        compare(found, values[step], output, step)
      }
    }
  }

  /// The one figure that is no output: the sum of the gradient that `fuse` leaves in its state.
  private static let gradientSum = "gradient sum"

  private mutating func compare(_ found: Double, _ wanted: Double, _ output: String, _ step: Int) {
    let deviation = abs(found - wanted) / Swift.max(abs(wanted), 1)
    worst = deviation.isNaN ? .infinity : Swift.max(worst, deviation)
    if deviation <= tolerance(step) { return }
    faults.append("\(name) \(dtype): \(output) of step \(step + 1) is \(found), in PyTorch \(wanted)")
  }

  /// The outcome in fields with tabs between.
  package var line: String {
    "\(name)\t\(dtype)\toff by \(String(format: "%.1e", worst)) at most\t\(faults.isEmpty ? "ok" : "wrong")"
  }
}
