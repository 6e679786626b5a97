import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// The arena of programs: who shares it, and how tight it is.
@Suite struct MemoryTests {
  @Test func aChainOfOpaqueInstructionsNeedsTwoBuffers() throws {
    let graph = Graph()
    var x = graph.input("x", [256])
    for _ in 0..<10 { x = cumulativeSum(x * 0.1, axis: 0) }
    graph.report("y", x)
    let memory = try expectCompiledEqualsReference(graph).memory
    #expect(memory.valueBytes == 20 * 1024)
    #expect(memory.arenaBytes == 2 * 1024)
    #expect(memory.instructionBytes == 2 * 1024)
  }

  @Test func elementwiseKernelsRunInPlace() throws {
    let graph = Graph()
    let x = graph.input("x", [64, 64])
    // Products cannot be joined; their epilogues are written over what only they read.
    let h = dot(x, x)
    graph.report("y", dot(h, x) + h)
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.instructions.count == 2)
    #expect(compiled.memory.blocks.count == 2)
  }

  @Test func memoryReadThroughAnotherAccessIsNotWrittenOver() throws {
    let graph = Graph()
    let x = graph.input("x", [8, 8])
    let h = cumulativeSum(x, axis: 0)
    graph.report("y", h + h.transpose())
    graph.report("z", cumulativeSum(x, axis: 1) * reverse(cumulativeSum(x, axis: 1), axes: [0]))
    try expectCompiledEqualsReference(graph)
  }

  /// Buffers of a loop's body are followed by guards, too.
  @Test func bodiesOfLoopsAreGuarded() throws {
    let graph = Graph()
    let x = graph.input("x", [5, 8])
    let last = scan(over: [x], from: [graph.constant(0).broadcast(to: [8])]) { step in
      ([cumulativeSum(cumulativeSum(step.inputs[0], axis: 0) + step.carries[0], axis: 0)], [])
    }.carries[0]
    graph.report("y", last)
    var options = CompilerOptions()
    options.guardsBuffers = true
    let guarded = try CompiledProgram(graph, options)
    #expect(guarded.tape.guards.count > guarded.memory.blocks.count)
    let ends = guarded.tape.guards.map(\.upperBound)
    #expect(ends.max()! <= guarded.tape.arenaBytes && Set(ends).count == ends.count)
    try expectCompiledEqualsReference(graph)
  }

  /// A network of some layers with its gradients and updates.
  @Test func theArenaIsNearlyAsSmallAsWhatIsAlive() throws {
    let graph = Graph()
    let scope = graph.scope("s")
    var h = graph.input("x", [32, 48])
    var names: [(String, Tensor)] = []
    for (layer, width) in [96, 40, 72, 10].enumerated() {
      let w = scope.parameter("w\(layer)", [h.extent(1), width], .zeros)
      names.append(("w\(layer)", w))
      h = tanh(dot(h, w))
    }
    let loss = mean(h * h)
    for ((name, w), g) in zip(names, gradients(of: loss, in: names.map(\.1))) { scope.assign(name, w - 0.1 * g) }
    graph.report("loss", loss)
    let memory = try expectCompiledEqualsReference(graph).memory
    #expect(memory.overlap() == nil)
    #expect(memory.arenaBytes >= memory.liveBytes)
    #expect(Double(memory.arenaBytes) <= 1.1 * Double(memory.liveBytes))
    // Updates are made in the state: none of the parameters has a second place.
    #expect(!memory.blocks.contains { $0.byteCount == 4 * 48 * 96 })
  }

  @Test(arguments: 0..<40) func blocksOfRandomProgramsDoNotOverlap(_ seed: Int) throws {
    let fuzz = FuzzGraph(seed: seed, dtype: .float32, nodes: 50)
    let memory = try CompiledProgram(fuzz.graph).memory
    #expect(memory.overlap() == nil)
    #expect(memory.liveBytes <= memory.arenaBytes)
    #expect(Double(memory.arenaBytes) <= 1.25 * Double(memory.liveBytes))
  }
}
