import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Programs of very many nodes: no recursion, and work that grows with the nodes, counted and not timed.
@Suite(.serialized) struct ScalingTests {
  private func work(_ graph: Graph) throws -> (compiled: CompiledProgram, work: WorkCounts) {
    let compiled = try CompiledProgram(graph, CompilerOptions(passes: PassPlan([])))
    return (compiled, compiled.work)
  }

  private func expectLinear(_ few: WorkCounts, _ many: WorkCounts, factor: Int) {
    let counts: [(String, KeyPath<WorkCounts, Int>)] = [
      ("fusion edges", \.fusionEdges), ("tile instructions", \.tileInstructions), ("orders", \.scheduleEdges),
      ("intervals", \.intervals), ("interval steps", \.intervalSteps), ("allocator steps", \.allocatorSteps),
    ]
    for (name, count) in counts {
      #expect(few[keyPath: count] > 0, "\(name)")
      #expect(Double(many[keyPath: count]) <= 1.2 * Double(factor * few[keyPath: count]), "\(name)")
    }
  }

  @Test func manyParametersWithUpdates() throws {
    func graph(_ count: Int) -> Graph {
      let graph = Graph()
      let (x, scope) = (graph.input("x", []), graph.scope("s"))
      for place in 0..<count {
        let v = scope.parameter("v\(place)", [4], .zeros)
        scope.assign("v\(place)", v - x * sum(v))
        graph.report("out \(place)", sum(cumulativeSum(v, axis: 0)))
      }
      return graph
    }
    let (few, many) = (try work(graph(400)), try work(graph(2000)))
    expectLinear(few.work, many.work, factor: 5)
    #expect(many.compiled.tape.writesState == [Bool](repeating: true, count: 2000))
  }

  @Test func aWideGraph() throws {
    func graph(_ count: Int) -> Graph {
      let graph = Graph()
      let x = graph.input("x", [4])
      var total = graph.input("z", [])
      for place in 0..<count {
        let branch = x * Double(place)
        total = total + sum(place % 10 == 0 ? cumulativeSum(branch, axis: 0) : branch)
      }
      graph.report("t", total)
      return graph
    }
    let (few, many) = (try work(graph(4000)), try work(graph(20_000)))
    expectLinear(few.work, many.work, factor: 5)
  }
}
