import CAllocationCounter
import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// A chain of 100,000 nodes against one of 20,000: nothing recurses, and each phase of the compiler does work in
/// proportion, counted and not timed.
@Suite struct ChainTests {
  /// A chain with its gradient, some of which rules shorten and fusion cannot swallow whole.
  static func chain(_ nodes: Int) -> Graph {
    let graph = Graph()
    var x = graph.input("x", [4])
    let y = graph.input("y", [4])
    // A step and its gradient are just under six nodes; the number of steps is even, so that signs cancel alike.
    for step in 0..<nodes / 60 * 10 {
      switch step % 20 {
      case 0: x = cumulativeSum(x * 0.5, axis: 0)
      case 5, 15: x = -(x * 1)
      default: x = tanh(x + y)
      }
    }
    graph.report("x", x)
    graph.report("g", gradient(of: sum(x), in: y))
    return graph
  }

  /// What one phase of the compiler did.
  struct Phase {
    let name: String
    var counts: [(what: String, count: Int)]
  }

  /// A compiled chain with the work of every pass and phase.
  static func compiled(_ nodes: Int) throws -> (CompiledProgram, [Phase]) {
    let program = try ProgramGraph(tracing: chain(nodes))
    try #require(program.store.count > nodes * 9 / 10)
    var marks: [Int64] = [allocation_count()]
    var context = PassContext()
    context.observe = { _, _ in marks.append(allocation_count()) }
    let optimized = try PassPlan.standard.run(program, &context)
    let compiled = try CompiledProgram(optimized, CompilerOptions(passes: PassPlan([])))
    marks.append(allocation_count())
    let calls = zip(marks.dropFirst(), marks).map { Int($0 - $1) }
    var phases = context.reports.map { Phase(name: $0.pass, counts: [("reads", $0.reads), ("tries", $0.tries)]) }
    let work = compiled.work
    phases.append(
      Phase(
        name: "back end",
        counts: [
          ("fusion edges", work.fusionEdges), ("tile instructions", work.tileInstructions),
          ("orders", work.scheduleEdges), ("intervals", work.intervals), ("interval steps", work.intervalSteps),
          ("allocator steps", work.allocatorSteps),
        ]))
    for place in phases.indices { phases[place].counts.append(("allocations", calls[place])) }
    return (compiled, phases)
  }

  /// In a process of its own, since the tests beside it allocate on other threads.
  @Test func workIsInProportion() async {
    await #expect(processExitsWith: .success) {
      let (_, small) = try ChainTests.compiled(20_000)
      let (compiled, large) = try ChainTests.compiled(100_000)
      for (few, many) in zip(small, large) {
        for (part, whole) in zip(few.counts, many.counts) {
          #expect(Double(whole.count) <= 6 * Double(part.count), "\(whole.what) of \(many.name), \(part.count) before")
        }
      }
      #expect(small.flatMap(\.counts).count { $0.count > 0 } >= 28)
      for stage in [Stage.optimized, .tape] { #expect(compiled.text(of: stage).utf8.count > 500_000, "\(stage)") }
      #expect(compiled.drawing(of: .optimized).utf8.count > 1_000_000)
      let (inputs, state) = sampleValues(of: ChainTests.chain(60))
      let (outputs, _, _) = try run(compiled.tape, inputs: inputs, state: state)
      #expect(outputs["x"]!.doubles.allSatisfy { abs($0) < 4 })
      #expect(compiled.memory.arenaBytes < 64 * compiled.memory.blocks.count + 64)
    }
  }
}
