import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Updates beside the old value: cotangents where the activations were.
@Suite struct BufferedUpdatesTests {
  private let graph = Graph()

  /// A network of four dense layers with a step of gradient descent.
  private func trace(rows: Int, width: Int, last: Int) {
    let scope = graph.scope("s")
    let weights = (0..<4).map { scope.parameter("w\($0)", [width, $0 < 3 ? width : last], .zeros) }
    var h = graph.input("x", [rows, width])
    for weight in weights { h = relu(dot(h, weight)) }
    let loss = mean(h * h)
    for (number, weight) in weights.enumerated() {
      scope.assign("w\(number)", weight - 0.1 * gradient(of: loss, in: weight))
    }
    graph.report("loss", loss)
  }

  private func lowered() throws -> LoweredProgram {
    try FusedProgram(try PassPlan.standard.run(try ProgramGraph(tracing: graph)), BodyOptions(fuses: true)).lowered()
  }

  /// The program planned without the orders.
  private func planWithout(_ program: LoweredProgram) -> PlannedProgram {
    var binding = StateBinding(program)
    return PlannedProgram(bound: binding.bind(), guarded: false)
  }

  @Test func activationsAreFreeWhenTheirCotangentsAreMade() throws {
    trace(rows: 2048, width: 40, last: 2)
    let program = try lowered()
    // The first weight's gradient has no reader of the weight beside it, as the input has no cotangent.
    #expect(BufferedUpdates(program).orders.count == 3)
    let planned = PlannedProgram(program)
    let activation = 2048 * 40 * 4
    #expect(planned.arenaBytes <= planWithout(program).arenaBytes - activation * 9 / 10)
    let copies = planned.program.drafts.count { $0.label == "copy" }
    #expect(copies == 3)
    try expectCompiledEqualsReference(graph)
  }

  /// The copy of a large weight costs more than it saves; a small value is not worth a barrier.
  @Test(arguments: [(512, 256), (64, 40)])
  func largeWeightsAndSmallValuesStayAsTheyAre(_ rows: Int, _ width: Int) throws {
    trace(rows: rows, width: width, last: width)
    let program = try lowered()
    #expect(BufferedUpdates(program).orders.isEmpty)
    #expect(PlannedProgram(program).arenaBytes == planWithout(program).arenaBytes)
  }

  /// An activation that is handed out lives anyway, so the order saves nothing.
  @Test func whatIsReportedKeepsItsPlace() throws {
    let weight = graph.scope("s").parameter("w", [40, 40], .zeros)
    let h = tanh(graph.input("x", [2048, 40]))
    graph.report("h", h)
    let loss = sum(dot(h, weight))
    graph.scope("s").assign("w", weight - gradient(of: loss, in: weight))
    graph.report("d h", gradient(of: loss, in: h))
    #expect(BufferedUpdates(try lowered()).orders.isEmpty)
    try expectCompiledEqualsReference(graph)
  }

  /// Weights that two kernels of one wave read and update, each the other's: in either order one must wait.
  @Test func crossedUpdatesCloseNoCircle() throws {
    let scope = graph.scope("s")
    let (p, q) = (scope.parameter("p", [1000], .zeros), scope.parameter("q", [1000], .zeros))
    let x = cumulativeSum(graph.input("x", [400, 1000]), axis: 0)
    scope.assign("p", p + max(x * q, over: [0]))
    scope.assign("q", q + max(x + p, over: [0]))
    graph.report("x", max(x))
    let program = try lowered()
    var ordered = program
    ordered.orderings += BufferedUpdates(program).orders
    #expect(Dependencies(ordered).earliestWaves().count == program.drafts.count)
    try expectCompiledEqualsReference(graph)
  }
}
