import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct InitializerTests {
  private func values(
    _ initializer: Initializer, _ shape: Shape = [100, 300], _ dtype: DType = .float32, seed: Int = 1,
    path: String = "m/weight"
  ) -> [Double] {
    let array = initializer(TensorType(dtype, shape), RandomStream(seed: seed, name: path))
    #expect(array.type == TensorType(dtype, shape))
    return array.doubles
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  @Test(arguments: [
    (Initializer.glorotUniform, (6.0 / 400).squareRoot()), (.heUniform, (6.0 / 100).squareRoot()),
    (.uniform(-2...2), 2),
  ]) func uniformOnesFillTheirBounds(initializer: Initializer, bound: Double) {
    let values = values(initializer)
    #expect(values.allSatisfy { abs($0) <= bound })
    #expect(values.max()! > bound * 0.999 && values.min()! < -bound * 0.999)
    #expect(abs(deviation(values) - bound / 3.0.squareRoot()) < 0.01 * bound)
  }

  @Test(arguments: [
    (Initializer.glorotNormal, (2.0 / 400).squareRoot(), 0.0), (.heNormal, (2.0 / 100).squareRoot(), 0),
    (.normal(mean: 3, deviation: 0.5), 0.5, 3),
  ]) func normalOnesHaveTheirDeviation(initializer: Initializer, wanted: Double, mean: Double) {
    let values = values(initializer)
    #expect(abs(deviation(values) / wanted - 1) < 0.02)
    #expect(abs(values.reduce(0, +) / Double(values.count) - mean) < 0.02 * wanted)
    // Of a normal variable 68.3 % lie within one deviation and 0.27 % beyond three.
    let within = Double(values.count { abs($0 - mean) < wanted }) / Double(values.count)
    let beyond = Double(values.count { abs($0 - mean) > 3 * wanted }) / Double(values.count)
    #expect(abs(within - 0.683) < 0.01)
    #expect(beyond > 0.001 && beyond < 0.005)
  }

  @Test func seedAndPathAloneDecide() {
    #expect(values(.heNormal) == values(.heNormal))
    #expect(values(.heNormal) != values(.heNormal, seed: 2))
    #expect(values(.heNormal) != values(.heNormal, path: "m/other"))
  }

  @Test func aFiltersFieldCountsTwice() {
    let bound = (6.0 / Double(3 * 3 * 8 + 3 * 3 * 16)).squareRoot()
    let values = values(.glorotUniform, [3, 3, 8, 16])
    #expect(values.allSatisfy { abs($0) <= bound } && values.max()! > 0.98 * bound)
  }

  @Test(arguments: [[], [7], [0, 3], [5, 0]] as [Shape]) func smallShapesAreFilled(shape: Shape) {
    #expect(values(.glorotUniform, shape).allSatisfy { $0.isFinite })
    #expect(values(.heNormal, shape, .float64).allSatisfy { $0.isFinite })
  }
}
