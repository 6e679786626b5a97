import TapestryCore
import Testing

@testable import TapestryGraph

/// Computes tensors of a graph from the values of its inputs: the interpreter here, a compiled program elsewhere.
typealias Evaluator = @Sendable (Graph, [Tensor], [String: NDArray]) throws -> [NDArray]

/// The reference meaning.
let interpreted: Evaluator = { graph, tensors, inputs in
  try Interpreter(graph.snapshot).evaluate(tensors.map(\.value), inputs: inputs)
}

/// An expression as a scalar function of its inputs, with its slope along a direction by each road there is.
///
/// The scalar is the sum of the results, each element with a random weight; slopes are checked against central
/// differences of it, those of second order against central differences of the slope.
struct GradientCheck {
  let graph = Graph()
  let scalar: Tensor
  /// The inputs that are differentiated by, and where.
  private let inputs: [(name: String, tensor: Tensor, array: NDArray)]
  private let fixed: [String: NDArray]
  private let evaluate: Evaluator
  /// Half the distance of a central difference.
  private let reach: Double

  init(
    _ arrays: [NDArray], reach: Double = 1e-5, evaluate: @escaping Evaluator = interpreted,
    _ results: ([Tensor]) -> [Tensor]
  ) {
    self.evaluate = evaluate
    self.reach = reach
    let graph = graph
    let tensors = arrays.enumerated().map { graph.input("x\($0.offset)", $0.element.shape, $0.element.dtype) }
    let floats = results(tensors).filter(\.dtype.isFloat)
    var total = graph.constant(0, .float64)
    for (place, result) in floats.enumerated() {
      let weights = graph.constant(NDArray(zeros: result.shape, result.dtype).direction(seed: 100 + place))
      total = total + cast(sum(result * weights), to: .float64)
    }
    scalar = total
    let named = tensors.indices.map { (name: "x\($0)", tensor: tensors[$0], array: arrays[$0]) }
    inputs = named.filter { $0.array.dtype.isFloat }
    fixed = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.array) })
  }

  /// The direction, as a constant for each input.
  private func direction(_ seed: Int) -> [Tensor] {
    inputs.enumerated().map { graph.constant($0.element.array.direction(seed: seed + $0.offset)) }
  }

  /// The inner product of tensors and a direction.
  private func slope(_ gradients: [Tensor], _ seed: Int) -> Tensor {
    zip(gradients, direction(seed)).reduce(graph.constant(0, .float64)) { total, pair in
      total + cast(sum(pair.0 * pair.1), to: .float64)
    }
  }

  /// The slope of a scalar along a direction by central differences.
  private func difference(_ scalar: Tensor, _ seed: Int) throws -> Double {
    func value(_ distance: Double) throws -> Double {
      var feeds = fixed
      for (place, input) in inputs.enumerated() {
        feeds[input.name] = input.array.moved(distance, along: input.array.direction(seed: seed + place))
      }
      return try evaluate(graph, [scalar], feeds)[0].double(at: 0)
    }
    return (try value(reach) - value(-reach)) / (2 * reach)
  }

  /// Holds first and second order, and forward mode, to central differences.
  func run(_ what: String, tolerance: Double = 1e-6) throws {
    guard !inputs.isEmpty else { return }
    let targets = inputs.map(\.tensor)
    let gradients = gradients(of: scalar, in: targets, disconnected: .zeros)
    try #require(graph.diagnostics.isEmpty, "\(what): \(graph.diagnostics)")
    for (gradient, target) in zip(gradients, targets) { #expect(gradient.type == target.type, "\(what)") }

    let first = slope(gradients, 1)
    let second = slope(self.second(first, targets), 2)
    let forward = jacobianVectorProduct(of: [scalar], in: targets, with: direction(1))[0]
    try #require(graph.diagnostics.isEmpty, "\(what): \(graph.diagnostics)")
    let found = try evaluate(graph, [first, second, forward], fixed).map { $0.double(at: 0) }
    try expectClose(found[0], difference(scalar, 1), tolerance, "\(what), first order")
    try expectClose(found[1], difference(first, 2), tolerance * 10, "\(what), second order")
    expectClose(found[2], found[0], 1e-9, "\(what), forward mode")
  }

  private func second(_ slope: Tensor, _ targets: [Tensor]) -> [Tensor] {
    gradients(of: slope, in: targets, disconnected: .zeros)
  }
}

/// Expects two numbers to agree within a tolerance relative to the larger of 1 and their size.
func expectClose(
  _ a: Double, _ b: Double, _ tolerance: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(a - b) <= tolerance * max(1, abs(b)), "\(what): \(a) against \(b)", sourceLocation: sourceLocation)
}
