import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

/// What a gradient can turn out to be: a value, zero, disconnected, or missing a rule.
@Suite struct GradientOutcomeTests {
  private struct Cube: Op {
    static let name = "cube"
    static let summary = "x^3, whose gradient nobody wrote."
    func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
    func evaluate(_ operands: [NDArray]) -> [NDArray] { operands }
  }

  @Test func disconnected() {
    let graph = Graph()
    let scope = graph.scope("net")
    let (w, b) = (scope.parameter("w", [2], .zeros), scope.parameter("b", [2], .zeros))
    let found = gradients(of: sum(w), in: [w, b])
    #expect(!found[0].isPoisoned && found[1].isPoisoned)
    #expect(
      graph.diagnostics.map(\.message) == ["the loss does not depend on parameter 'net/b'"]
        && graph.diagnostics[0].remedy == "use it in the loss, or leave it out of what is differentiated"
        && graph.diagnostics[0].code == .noGradient && graph.diagnostics[0].scope == "net")
  }

  @Test func disconnectedMayBeZero() throws {
    let graph = Graph()
    let (x, y) = (graph.input("x", []), graph.input("y", [2]))
    let found = gradients(of: x * x, in: [y], disconnected: .zeros)
    #expect(try interpreted(graph, found, [:])[0].doubles == [0, 0])
    try graph.validate()
  }

  @Test func zero() throws {
    let graph = Graph()
    let x = graph.constant(NDArray([1.5, -0.5]))
    let losses = [
      sum(floor(x)), sum(stopGradient(x)), sum(cast(x .> 0, to: .float64)),
      sum(cast(cast(x, to: .int32), to: .float64)),
    ]
    let found = losses.map { gradient(of: $0, in: x) }
    try graph.validate()
    for gradient in try interpreted(graph, found, [:]) { #expect(gradient.doubles == [0, 0]) }
  }

  @Test func missingRule() {
    let graph = Graph()
    let x = graph.input("x", [])
    let cube = Tensor.apply(Cube(), [x])[0]
    let line = Int(#line) - 1
    _ = gradient(of: cube * 2, in: x)
    #expect(
      graph.diagnostics.map(\.message) == ["op 'cube' has no gradient rule, and the loss passes through it"]
        && graph.diagnostics[0].place?.line == line
        && graph.diagnostics[0].remedy
          == "give the op a `pullback` and `differentiability`, or cut the path with `stopGradient`"
    )
  }

  @Test func missingRuleOffThePathIsFine() throws {
    let graph = Graph()
    let (x, y) = (graph.input("x", []), graph.input("y", []))
    _ = gradient(of: x * Tensor.apply(Cube(), [y])[0], in: x)
    try graph.validate()
  }

  @Test func aTargetInTheMiddleAndTheLossItself() throws {
    let graph = Graph()
    let x = graph.constant(3.0, .float64)
    let square = x * x
    let loss = square * 2
    let found = gradients(of: loss, in: [x, square, loss])
    #expect(try interpreted(graph, found, [:]).map { $0.double(at: 0) } == [12, 2, 1])
  }

  @Test func vectorsMustFit() {
    let graph = Graph()
    let x = graph.input("x", [2])
    _ = vectorJacobianProduct(of: [x * 2], in: [x], with: [graph.input("v", [3])])
    _ = jacobianVectorProduct(of: [x * 2], in: [x], with: [])
    #expect(
      graph.diagnostics.map(\.message) == [
        "the cotangent of float32[2] is given as float32[3]", "0 vectors are given for 1 tensors",
      ])
  }

  @Test func productsWithJacobianAndHessian() throws {
    let graph = Graph()
    let (x, v) = (graph.constant(NDArray([1.0, 2, 3])), graph.constant(NDArray([1.0, -1, 2])))
    let slopes = jacobianVectorProduct(of: [x * x, sum(x), graph.constant(1.0, .float64)], in: [x], with: [v])
    let hessian = hessianVectorProduct(of: sum(x * x * x), in: [x], with: [v])
    let found = try interpreted(graph, slopes + hessian, [:]).map(\.doubles)
    try graph.validate()
    #expect(found == [[2, -4, 12], [2], [0], [6, -12, 36]])
  }
}
