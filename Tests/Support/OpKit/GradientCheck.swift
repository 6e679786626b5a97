package import TapestryCore
package import TapestryGraph

/// Computes tensors of a graph from the values of its inputs: the interpreter here, a compiled program elsewhere.
package typealias Evaluator = @Sendable (Graph, [Tensor], [String: NDArray]) throws -> [NDArray]

/// The reference meaning.
package let interpreted: Evaluator = { graph, tensors, inputs in
  try Interpreter(graph.snapshot).evaluate(tensors.map(\.value), inputs: inputs)
}

/// An expression as a scalar function of its inputs, with its slope along a direction by each road there is.
///
/// The scalar is the sum of the results, each element with a random weight; slopes are checked against central
/// differences of it, those of second order against central differences of the slope.
package struct GradientCheck {
  package let graph = Graph()
  package let scalar: Tensor
  /// The inputs that are differentiated by, and where.
  private let inputs: [(name: String, tensor: Tensor, array: NDArray)]
  private let fixed: [String: NDArray]
  private let evaluate: Evaluator
  /// Half the distance of a central difference.
  private let reach: Double

  package init(
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

  /// How far first and second order and forward mode are from central differences; nil without an input of a float type.
  ///
  /// - Throws: when an expression of the check is diagnosed.
  package func errors() throws -> GradientErrors? {
    guard !inputs.isEmpty else { return nil }
    let targets = inputs.map(\.tensor)
    let gradients = gradients(of: scalar, in: targets, disconnected: .zeros)
    try graph.validate()
    for (gradient, target) in zip(gradients, targets) {
      precondition(gradient.type == target.type, "a gradient has the type of what it is taken by")
    }
    let first = slope(gradients, 1)
    let second = slope(self.second(first, targets), 2)
    let forward = jacobianVectorProduct(of: [scalar], in: targets, with: direction(1))[0]
    try graph.validate()
    let found = try evaluate(graph, [first, second, forward], fixed).map { $0.double(at: 0) }
    return GradientErrors(
      first: relativeError(found[0], try difference(scalar, 1)),
      second: relativeError(found[1], try difference(first, 2)), forward: relativeError(found[2], found[0]))
  }

  private func second(_ slope: Tensor, _ targets: [Tensor]) -> [Tensor] {
    gradients(of: slope, in: targets, disconnected: .zeros)
  }
}

/// Differences relative to the larger of 1 and the size of what is compared with.
package struct GradientErrors: Sendable {
  /// The gradient against central differences.
  package let first: Double
  /// The gradient of a gradient against central differences.
  package let second: Double
  /// Forward mode against reverse mode.
  package let forward: Double
}

/// The difference of two numbers, relative to the larger of 1 and the size of the second; infinite for not-a-number.
private func relativeError(_ a: Double, _ b: Double) -> Double {
  let error = abs(a - b) / max(1, abs(b))
  return error.isNaN ? .infinity : error
}

extension OpSample {
  /// Whether results are so coarse that differences are taken over longer distances: casts to float32.
  package var isCoarse: Bool { (op as? Cast)?.dtype == .float32 }

  /// The check of the op's own rule; nil for ops without one, without float operands, and for a scan, whose body has
  /// types of its own.
  package func gradientCheck() -> GradientCheck? {
    guard type(of: op).differentiability == .differentiable, op.fusion != .leaf, !(op is Scan) else { return nil }
    let arrays = operands.enumerated().map { $0.element.array(seed: $0.offset, inDouble: true) }
    guard arrays.contains(where: \.dtype.isFloat) else { return nil }
    return GradientCheck(arrays, reach: isCoarse ? 1e-2 : 1e-5) { inputs in inputs[0].graph.record(op, inputs) }
  }
}
