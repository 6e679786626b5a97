import TapestryCore
import TapestryData
import Testing

@Suite struct BreastCancerTests {
  let data = BreastCancer.load()

  /// The figures are those that Tests/Scripts/embed_data.py computes from the file.
  @Test func holdsTheWholeFile() throws {
    let features = try data.all["features"]
    let benign = try data.all["benign"].values(as: Int32.self)
    #expect(features.type == TensorType(.float32, [569, 30]))
    #expect(benign.count == 569 && benign.count { $0 == 1 } == 357 && benign.count { $0 == 0 } == 212)
    #expect(data.featureNames.count == 30)
    #expect(data.featureNames.first == "mean_radius" && data.featureNames.last == "worst_fractal_dimension")
    let values = features.doubles
    var weighted = 0.0
    for row in 0..<569 {
      let sum: Double = (0..<30).reduce(0) { $0 + Double($1 + 1) * values[30 * row + $1] }
      weighted += Double((row + 1) * (Int(benign[row]) + 1)) * sum
    }
    #expect(abs(weighted / 6_547_785_708.120982 - 1) < 1e-7)
  }

  @Test func holdsOutEachFifthRow() throws {
    #expect(data.training.rowCount == 455 && data.heldOut.rowCount == 114)
    #expect(try data.heldOut["benign"].doubles.reduce(0, +) == 74)
    // Row 0 is held out (0 < 114) and row 1 (101), row 2 is not (202).
    #expect(data.heldOut.selecting(rows: [0, 1]) == data.all.selecting(rows: [0, 1]))
    #expect(data.training.selecting(rows: [0]) == data.all.selecting(rows: [2]))
  }

  /// The figures are NumPy's, in float64 from the file.
  @Test func isStandardisedByItsTrainingRows() throws {
    let scale = try Standardization(of: data.training["features"])
    let means: [Double] = [14.0676527, 648.782637, 0.0843181099]
    let deviations: [Double] = [3.49322304, 350.396781, 0.0185538546]
    for (place, feature) in [0, 3, 29].enumerated() {
      #expect(abs(scale.means[feature] / means[place] - 1) < 1e-6)
      #expect(abs(scale.deviations[feature] / deviations[place] - 1) < 1e-6)
    }
    let training = try data.training.standardizing("features", by: scale)["features"].doubles
    #expect(abs(training.reduce(0, +)) < 1e-2)
    let squares: [Double] = training.map { $0 * $0 }
    let variance: Double = squares.reduce(0, +) / Double(training.count)
    #expect(abs(variance - 1) < 1e-5)
    let heldOut = try data.heldOut.standardizing("features", by: scale)
    let total: Double = try heldOut["features"].doubles.reduce(0, +)
    #expect(abs(total + 192.7807388) < 1e-3)
    #expect(try heldOut["benign"] == data.heldOut["benign"])
  }
}
