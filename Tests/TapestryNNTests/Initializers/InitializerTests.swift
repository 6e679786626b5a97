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

  static let uniform: [(Initializer, Double)] = [
    (.glorotUniform, (6.0 / 400).squareRoot()), (.heUniform, (6.0 / 100).squareRoot()),
    (.leCunUniform, (3.0 / 100).squareRoot()), (.uniform(-2...2), 2),
  ]

  @Test(arguments: uniform) func uniformOnesFillTheirBounds(initializer: Initializer, bound: Double) {
    let values = values(initializer)
    #expect(values.allSatisfy { abs($0) <= bound })
    #expect(values.max()! > bound * 0.999 && values.min()! < -bound * 0.999)
    #expect(abs(deviation(values) - bound / 3.0.squareRoot()) < 0.01 * bound)
  }

  static let normal: [(Initializer, Double, Double)] = [
    (.glorotNormal, (2.0 / 400).squareRoot(), 0), (.heNormal, (2.0 / 100).squareRoot(), 0),
    (.leCunNormal, (1.0 / 100).squareRoot(), 0), (.normal(mean: 3, deviation: 0.5), 0.5, 3),
  ]

  @Test(arguments: normal) func normalOnesHaveTheirDeviation(initializer: Initializer, wanted: Double, mean: Double) {
    let values = values(initializer)
    #expect(abs(deviation(values) / wanted - 1) < 0.02)
    #expect(abs(values.reduce(0, +) / Double(values.count) - mean) < 0.02 * wanted)
    // Of a normal variable 68.3 % lie within one deviation and 0.27 % beyond three.
    let within = Double(values.count { abs($0 - mean) < wanted }) / Double(values.count)
    let beyond = Double(values.count { abs($0 - mean) > 3 * wanted }) / Double(values.count)
    #expect(abs(within - 0.683) < 0.01)
    #expect(beyond > 0.001 && beyond < 0.005)
  }

  @Test func truncatedOnesStayWithinTwoDeviations() {
    let values = values(.truncatedNormal(mean: 1, deviation: 0.5))
    #expect(values.allSatisfy { abs($0 - 1) <= 1 })
    #expect(values.max()! > 1.99 && values.min()! < 0.01)
    // The deviation of a normal variable within two of its own is 0.8796 of it.
    #expect(abs(deviation(values) / 0.5 - 0.8796) < 0.01)
  }

  @Test(arguments: [[6, 4], [4, 6], [5, 5], [2, 3, 4], [1, 3]] as [Shape])
  func orthogonalOnesKeepLengths(shape: Shape) {
    let values = values(.orthogonal(gain: 2), shape, .float64)
    let columns = shape.extents.last ?? 1
    let rows = values.count / columns
    let isTall = rows >= columns
    func vector(_ place: Int) -> [Double] {
      (0..<Swift.max(rows, columns)).map { values[isTall ? $0 * columns + place : place * columns + $0] }
    }
    for a in 0..<Swift.min(rows, columns) {
      for b in 0...a {
        let product = zip(vector(a), vector(b)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 4 : 0)) < 1e-12)
      }
    }
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

  @Test func identityLetsThroughWhatComesIn() {
    #expect(values(.identity(gain: 2), [2, 3]) == [2, 0, 0, 0, 2, 0])
    let filter = values(.identity(), [3, 1, 2, 2], .float64)
    #expect(filter == [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
  }

  private static let wrong: [(Initializer, Shape, DType, String)] = [
    (
      .identity(), [4], .float32,
      "'m/w': float32[4] cannot start identity; give it two axes or more, of inputs and outputs last, and a float type"
    ),
    (
      .orthogonal(), [4, 4], .int32,
      "'m/w': int32[4, 4] cannot start orthogonal; give it two axes or more, of inputs and outputs last, and a float type"
    ),
    (.normal(deviation: -1), [4], .float32, "'m/w': it starts with deviation -1.0; give a number of 0 or more"),
    (
      .truncatedNormal(deviation: .infinity), [4], .float32,
      "'m/w': it starts with deviation inf; give a number of 0 or more"
    ),
    (.zeros, [-1], .float32, "'m/w': it is declared with shape [-1]; give extents of 0 or more"),
  ]

  @Test(arguments: wrong.indices) func aVariableThatCannotStartSoIsDiagnosed(row: Int) {
    let (initializer, shape, dtype, message) = Self.wrong[row]
    let graph = Graph()
    let scope = graph.scope("m", file: "App/Main.swift", line: 3)
    #expect(scope.parameter("w", shape, initializer, dtype: dtype).isPoisoned)
    #expect(graph.diagnostics.map { "\($0.message); \($0.remedy)" } == [message])
    #expect(graph.diagnostics.first?.place?.description == "App/Main.swift:3")
    #expect(graph.variable("m/w") == nil)
  }
}
