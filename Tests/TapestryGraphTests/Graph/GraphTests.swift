import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

@Suite struct GraphTests {
  @Test func equalExpressionsAreOneNode() {
    let graph = Graph()
    let (x, y) = (graph.input("x", [2]), graph.input("y", [2]))
    #expect(x + y == x + y && x + y != y + x)
    #expect(sum(x, over: [0]) == sum(x) && sum(x) != sum(x, keepingAxes: true))
    #expect(x * 2 == x * 2.0 && x * 2 != x * 3 && graph.input("x", [2]) == x)
    let array = NDArray([Float](repeating: 1, count: 2000))
    #expect(graph.constant(array) == graph.constant(array))
    // Large constants are one by storage, not by value.
    #expect(graph.constant(array) != graph.constant(NDArray([Float](repeating: 1, count: 2000))))
    let count = graph.nodeCount
    _ = exp(x + y) + sum(x)
    _ = exp(x + y) + sum(x)
    #expect(graph.nodeCount == count + 2)
  }

  @Test func signedZerosAndNotANumberAreConstantsOfTheirOwn() {
    let graph = Graph()
    #expect(graph.constant(0.0) != graph.constant(-0.0))
    #expect(graph.constant(Double.nan) == graph.constant(Double.nan))
    #expect(graph.constant(1.0) != graph.constant(1.0, .float64))
  }

  @Test func theSamePathIsTheSameParameter() {
    let graph = Graph()
    let scope = graph.scope("d")
    let w = scope.parameter("w", [2], .zeros)
    #expect(graph.scope("d").parameter("w", [2], .ones) == w)
    #expect(scope("inner").parameter("w", [2], .zeros) != w)
    #expect(graph.snapshot.effects.variables.map(\.path) == ["d/w", "d/inner/w"])
    #expect(graph.snapshot.effects.variables.map(\.isTrainable) == [true, true])
  }

  @Test func whatIsTracedAfterAnAssignmentSeesIt() throws {
    let graph = Graph()
    let scope = graph.scope("s")
    let count = scope.state("count", [], .zeros)
    let before = count * 10
    scope.assign("count", count + 1)
    let after = scope.state("count", [], .zeros)
    scope.assign("count", after * 2)
    let late = after * 10
    #expect(after != count && scope.state("count", [], .zeros) != after)
    let effects = graph.snapshot.effects
    #expect(effects.variables[0].version == 2 && effects.roots.count == 1)
    let found = try Interpreter(graph.snapshot).evaluate(
      [before.value, late.value] + effects.roots, state: ["s/count": NDArray(Float(3))])
    #expect(found.map { $0.double(at: 0) } == [30, 40, 8])
  }

  @Test func gradientsPassThroughAssignments() throws {
    let graph = Graph()
    let scope = graph.scope("s")
    let w = scope.parameter("w", [], .ones, dtype: .float64)
    scope.assign("w", w * w)
    let loss = scope.parameter("w", [], .ones, dtype: .float64) * 3
    let slope = gradient(of: loss, in: w)
    let found = try Interpreter(graph.snapshot).evaluate([slope.value], state: ["s/w": NDArray(2.0)])
    #expect(found[0].double(at: 0) == 12)
  }

  @Test func wrongAssignments() {
    let graph = Graph()
    let scope = graph.scope("s")
    scope.assign("nothing", graph.input("x", []))
    _ = scope.state("m", [2])
    scope.assign("m", graph.input("y", [3]))
    let other = Graph()
    scope.assign("m", other.input("z", [2]))
    #expect(
      graph.diagnostics.map { "\($0.message); \($0.remedy)" } == [
        "'s/nothing' is assigned, but no variable has that path; declare it with `parameter` or `state` first",
        "'s/m' is float32[2] and cannot be assigned float32[3]; reshape, reduce or cast the value",
        "'s/m' is assigned a tensor of another graph; assign it in the tracing that made it",
      ])
    #expect(other.diagnostics.count == 1)
  }

  @Test func reportsAndInputs() {
    let graph = Graph()
    let x = graph.input("x", [2])
    graph.report("loss", x)
    graph.report("loss", x * 2)
    _ = graph.input("x", [3])
    #expect(
      graph.diagnostics.map(\.message) == [
        "output 'loss' is reported twice", "input 'x' is declared as float32[3], but before as float32[2]",
      ])
    #expect(graph.snapshot.effects.reports.map(\.value) == [x.value])
  }

  @Test func drawsAreToldApartByScopeAndOrder() {
    func streams() -> [UInt64] {
      let graph = Graph()
      let (a, b) = (graph.scope("a"), graph.scope("b"))
      return [a, a, b].map { $0.nextStream() }
    }
    #expect(Set(streams()).count == 3 && streams() == streams())
  }

  @Test func aProgramThatDrawsAdvancesItsStep() throws {
    let graph = Graph()
    graph.advanceRandomStep()
    #expect(graph.nodeCount == 0)
    _ = randomUniform([2], from: graph.scope("a"))
    graph.advanceRandomStep()
    let roots = graph.snapshot.effects.roots
    let found = try Interpreter(graph.snapshot).evaluate(roots, state: ["random/key": NDArray([Int32(7), 41])])
    #expect(found.map(\.doubles) == [[7, 42]])
    #expect(graph.snapshot.effects.variables.map(\.isTrainable) == [false])
  }

  /// Built, differentiated, evaluated and freed in a thread of ordinary stack: nothing recurses.
  @Test func aChainOfAHundredThousandNodes() throws {
    let graph = Graph()
    let x = graph.constant(0.5, .float64)
    var chain = x
    for _ in 0..<50_000 { chain = chain.unary(Negate()) * 1 }
    let slope = gradient(of: chain, in: x)
    try graph.validate()
    #expect(graph.nodeCount > 150_000)
    #expect(try interpreted(graph, [chain, slope], [:]).map { $0.double(at: 0) } == [0.5, 1])
  }
}
