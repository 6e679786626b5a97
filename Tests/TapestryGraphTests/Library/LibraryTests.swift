import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

/// The composite functions: values against plain Swift, gradients against central differences.
@Suite struct LibraryTests {
  private func random(_ shape: Shape, _ seed: Int = 1) -> NDArray {
    NDArray(zeros: shape, .float64).direction(seed: seed)
  }

  private func evaluate(_ arrays: [NDArray], _ f: ([Tensor]) -> Tensor) throws -> NDArray {
    let graph = Graph()
    let result = f(arrays.map { graph.constant($0) })
    try graph.validate()
    return try interpreted(graph, [result], [:])[0]
  }

  private func expect(_ found: NDArray, _ shape: Shape, _ expected: [Double], _ what: String) {
    #expect(found.shape == shape, "\(what)")
    for (a, b) in zip(found.doubles, expected) { expectClose(a, b, 1e-12, what) }
  }

  static let smooth: [(name: String, f: @Sendable (Tensor) -> Tensor)] = [
    ("softmax", { softmax($0) }), ("softmax of axis 0", { softmax($0, axis: 0) }), ("logSoftmax", { logSoftmax($0) }),
    ("logSumExp", { logSumExp($0, axis: 0) }), ("mean", { mean($0, over: [1]) }),
    ("variance", { variance($0, over: [0]) }),
    ("relu", { relu($0) }), ("leakyRelu", { leakyRelu($0) }), ("elu", { elu($0) }), ("softplus", { softplus($0) }),
    ("silu", { silu($0) }), ("gelu", { gelu($0) }), ("gelu by tanh", { gelu($0, form: .tanh) }),
    ("clip", { clip($0, -0.5...0.5) }), ("layerNormalization", { layerNormalization($0) }),
    ("l2Norm", { l2Norm($0, over: [1]) }), ("l1Norm", { l1Norm($0, over: [-1], keepingAxes: true) }),
    (
      "batchNormalization",
      { x in
        let (mean, variance) = batchStatistics(x)
        return batchNormalization(x, mean: mean, variance: variance)
      }
    ),
    ("topK", { topK($0, 2).values }), ("sort of axis 0", { sort($0, axis: 0, descending: true).values }),
    ("averagePool", { averagePool($0.reshape([1, 3, 4, 1]), window: [2, 2], padding: .same) }),
    ("convolution", { convolution($0.reshape([1, 3, 4, 1]), $0.reshape([3, 4, 1, 1]), padding: .same) }),
    ("split", { split($0, parts: 2)[1] * split($0, into: [1, 2, 1])[0] }),
    ("stack", { stack([$0, $0 * $0], axis: 1) }),
    ("crossEntropy", { softmaxCrossEntropy($0, $0.graph.constant(NDArray([Int32(3), 0, 1])), labelSmoothing: 0.1) }),
    ("dense crossEntropy", { softmaxCrossEntropy($0, softmax($0 * 2), labelSmoothing: 0.2) }),
    ("sigmoidCrossEntropy", { sigmoidCrossEntropy($0, sigmoid($0 * 3)) }),
    ("meanSquaredError", { meanSquaredError($0, $0 * $0) }),
    ("diagonal", { einsum("ii->i", matmul($0, $0.transpose())) }),
  ]

  @Test(arguments: smooth.indices) func gradients(_ function: Int) throws {
    let (name, f) = Self.smooth[function]
    try GradientCheck([random([3, 4])]) { [f($0[0])] }.run(name, tolerance: 1e-5)
  }

  @Test func crossEntropies() throws {
    let logits: [Double] = [1, 2, 0.5, -1, 0, 3]
    let (x, labels) = (try NDArray(logits, shape: [2, 3]), NDArray([Int32(1), 2]))
    let rows = [Array(logits[..<3]), Array(logits[3...])]
    let probabilities = rows.map { row in row.map { exp64($0) / row.map(exp64).reduce(0, +) } }
    let losses = [-log64(probabilities[0][1]), -log64(probabilities[1][2])]
    expect(try evaluate([x, labels]) { softmaxCrossEntropy($0[0], $0[1], reduction: .none) }, [2], losses, "sparse")
    expect(
      try evaluate([x, labels]) { softmaxCrossEntropy($0[0], $0[1]) }, [], [(losses[0] + losses[1]) / 2], "mean")
    let smoothing = 0.3
    let smoothed = probabilities.indices.map { row in
      (0..<3).reduce(0.0) { total, k in
        let target = (k == [1, 2][row] ? 1 - smoothing : 0) + smoothing / 3
        return total - target * log64(probabilities[row][k])
      }
    }
    expect(
      try evaluate([x, labels]) { softmaxCrossEntropy($0[0], $0[1], labelSmoothing: smoothing, reduction: .sum) }, [],
      [smoothed[0] + smoothed[1]], "smoothed")
    let dense = try evaluate([x, labels]) {
      softmaxCrossEntropy($0[0], oneHot($0[1], count: 3, .float64), labelSmoothing: smoothing, reduction: .none)
    }
    expect(dense, [2], smoothed, "dense")
  }

  @Test func labelsOutOfRangeFailTheRun() throws {
    let logits = try NDArray([Double](repeating: 0, count: 6), shape: [2, 3])
    #expect {
      _ = try evaluate([logits, NDArray([Int32(0), 3])]) { softmaxCrossEntropy($0[0], $0[1]) }
    } throws: { error in
      let error = error as? TapestryError
      return error?.code == .indexOutOfRange && error?.message == "checkIndex met index 3, outside 0 ..< 3"
    }
  }

  private static let formulas: [(String, Shape, Shape)] = [
    ("ik,kj->ij", [2, 3], [3, 4]), ("bik,bkj->bij", [2, 2, 3], [2, 3, 2]),
    ("bik,bjk->jb", [2, 2, 3], [2, 4, 3]), ("i,j->ji", [2], [3]), ("ij,ij->", [2, 3], [2, 3]),
    ("iij,j->i", [2, 2, 3], [3]), ("ijk,kl->il", [2, 3, 2], [2, 2]),
  ]

  @Test(arguments: formulas) func einsumIsTheSumItNames(_ formula: String, _ a: Shape, _ b: Shape) throws {
    let (x, y) = (random(a, 1), random(b, 2))
    let sides = formula.split(separator: ">")
    let names = sides[0].dropLast().split(separator: ",").map { Array($0) }
    let result = sides.count > 1 ? Array(sides[1]) : []
    var extents: [Character: Int] = [:]
    for (names, shape) in zip(names, [a, b]) { for (axis, name) in names.enumerated() { extents[name] = shape[axis] } }
    let order = result + Set(names.joined()).subtracting(result).sorted()
    let shape = Shape(result.map { extents[$0]! })
    var expected = [Double](repeating: 0, count: shape.count)
    let space = Shape(order.map { extents[$0]! })
    for place in 0..<space.count {
      let index = Dictionary(uniqueKeysWithValues: zip(order, space.index(of: place)))
      expected[shape.place(of: result.map { index[$0]! })] +=
        x.double(at: a.place(of: names[0].map { index[$0]! })) * y.double(at: b.place(of: names[1].map { index[$0]! }))
    }
    expect(try evaluate([x, y]) { einsum(formula, $0[0], $0[1]) }, shape, expected, formula)
    try GradientCheck([x, y]) { [einsum(formula, $0[0], $0[1])] }.run(formula)
  }

  private static let products: [(Shape, Shape, Shape)] = [
    ([3], [3], []), ([2, 3], [3], [2]), ([3], [3, 2], [2]), ([4, 2, 3], [3, 2], [4, 2, 2]),
    ([4, 1, 2, 3], [5, 3, 2], [4, 5, 2, 2]), ([2, 3], [4, 3, 2], [4, 2, 2]), ([4, 2, 3], [3], [4, 2]),
    ([3], [4, 3, 2], [4, 2]), ([0, 2, 3], [3, 2], [0, 2, 2]),
  ]

  @Test(arguments: products) func matmulBroadcasts(_ a: Shape, _ b: Shape, _ result: Shape) throws {
    let (x, y) = (random(a, 1), random(b, 2))
    let graph = Graph()
    let (left, right) = (graph.constant(x), graph.constant(y))
    let rows = a.rank == 1 ? left.reshape([1, 1, a[0], 1]) : left.reshape(Shape(a.extents + [1]))
    let columns =
      b.rank == 1
      ? right.reshape([1, b[0], 1]) : right.reshape(Shape(b.extents.dropLast(2) + [1] + b.extents.suffix(2)))
    let expected = sum(rows * columns, over: [-2]).reshape(result)
    let found = try interpreted(graph, [matmul(left, right), expected], [:])
    expect(found[0], result, found[1].doubles, "matmul")
    try GradientCheck([x, y]) { [matmul($0[0], $0[1])] }.run("matmul")
  }

  @Test func dropoutKeepsTheMean() throws {
    let graph = Graph()
    let scope = graph.scope("net")
    let x = graph.constant(1.0).broadcast(to: [1000])
    let (first, second) = (dropout(x, rate: 0.25, from: scope), dropout(x, rate: 0.25, from: scope))
    let values = try Interpreter(graph.snapshot).evaluate(
      [first.value, second.value], state: ["random/key": NDArray([Int32(1), 0])]
    ).map(\.doubles)
    #expect(values[0] != values[1])
    let raised: Float = 1 / 0.75
    let possible: Set<Double> = [0, Double(raised)]
    for kept in values {
      #expect(Set(kept) == possible)
      let mean: Double = kept.reduce(0, +) / 1000
      #expect(abs(mean - 1) < 0.1)
    }
  }

  @Test func oneHotAndIota() throws {
    let found = try evaluate([NDArray([Int32(2), 0])]) { oneHot($0[0], count: 3) }
    expect(found, [2, 3], [0, 0, 1, 1, 0, 0], "oneHot")
  }
}

private func exp64(_ x: Double) -> Double { ScalarOp.exp.meaning(x) }
private func log64(_ x: Double) -> Double { ScalarOp.log.meaning(x) }
