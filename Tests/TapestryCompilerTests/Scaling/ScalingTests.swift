import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Programs of very many nodes: no recursion, and work that grows with the nodes, counted and not timed.
@Suite(.serialized) struct ScalingTests {
  /// A chain that no rule shortens and fusion cannot swallow, with the gradient of its end.
  private func chain(_ nodes: Int) -> Graph {
    let graph = Graph()
    var x = graph.input("x", [4])
    let y = graph.input("y", [4])
    // A step and its gradient are just under six nodes.
    for step in 0..<nodes / 6 { x = step % 20 == 0 ? cumulativeSum(x * 0.5, axis: 0) : tanh(x + y) }
    graph.report("x", x)
    graph.report("g", gradient(of: sum(x), in: y))
    return graph
  }

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

  @Test func aChainOfAHundredThousandNodes() throws {
    let (_, few) = try work(chain(20_000))
    let graph = chain(100_000)
    let (compiled, many) = try work(graph)
    #expect(compiled.optimized.store.count > 99_000)
    expectLinear(few, many, factor: 5)
    for stage in [Stage.optimized, .tape] { #expect(compiled.text(of: stage).utf8.count > 500_000, "\(stage)") }
    #expect(compiled.drawing(of: .optimized).utf8.count > 1_000_000)
    let (inputs, state) = sampleValues(of: graph)
    let (outputs, _, _) = try run(compiled.tape, inputs: inputs, state: state)
    #expect(outputs["x"]!.doubles.allSatisfy { abs($0) < 4 })
    #expect(compiled.memory.arenaBytes < 64 * compiled.memory.blocks.count + 64)
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
