import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Loops that keep their carries every few steps: the same numbers from less memory.
@Suite struct CheckpointLoopsTests {
  /// A recurrence with a product of its input in the step, its gradients and a Hessian-vector product.
  private func recurrence(
    _ length: Int, reversed: Bool = false, orders: Int = 1
  ) -> Graph {
    let graph = Graph()
    let x = graph.input("x", Shape([length, 2, 3]))
    let (v, w) = (graph.input("v", [3, 3]), graph.input("w", [3, 3]))
    let h = graph.input("h", [2, 3])
    let (carries, outputs) = scan(over: [x], from: [h], reversed: reversed) { step in
      let next = tanh(dot(step.inputs[0], v) + dot(step.carries[0], w))
      return (carries: [next], outputs: [next * sigmoid(next)])
    }
    let loss = sum(carries[0] * carries[0]) + sum(outputs[0] * outputs[0])
    graph.report("last", carries[0])
    graph.report("loss", loss)
    let targets = [x, v, w, h]
    for (name, g) in zip(["gx", "gv", "gw", "gh"], gradients(of: loss, in: targets)) { graph.report(name, g) }
    if orders > 1 {
      for (name, g) in zip(["px", "pv", "pw", "ph"], hessianVectorProduct(of: loss, in: targets, with: targets)) {
        graph.report(name, g)
      }
    }
    return graph
  }

  /// 200 steps, of which the loss reads the last.
  private func longLoop() -> Graph {
    let graph = Graph()
    let (x, w) = (graph.input("x", [200, 4, 32]), graph.input("w", [32, 32]))
    let last = scan(over: [x], from: [graph.input("h", [4, 32])]) { step in
      (carries: [tanh(step.inputs[0] + sigmoid(dot(step.carries[0], w)))], outputs: [])
    }.carries[0]
    graph.report("gw", gradient(of: sum(last), in: w))
    return graph
  }

  private func options(every steps: Int) -> CompilerOptions {
    var options = CompilerOptions()
    options.loopMemory = .every(steps)
    return options
  }

  private func loops(_ program: ProgramGraph) -> [Scan] {
    let reached = program.reachedNodes()
    return reached.indices.filter { reached[$0] }.compactMap { program.store.op(of: $0) as? Scan }
  }

  /// Blocks of one step, blocks that divide the length and that do not, and longer than all. A loop of one block is that
  /// block, and a block of one step that step: neither is a loop inside a loop.
  @Test(arguments: [1, 2, 3, 7, 8, 9], [false, true])
  func gradientsAreTheSame(every steps: Int, reversed: Bool) throws {
    let compiled = try expectCompiledEqualsReference(recurrence(8, reversed: reversed), options(every: steps))
    let nested = loops(compiled.optimized).filter { $0.body.store.ops.contains { $0 is Scan } }
    #expect(nested.count == (steps > 1 && 8 / steps > 1 ? 2 : 0))
  }

  @Test(arguments: [(2, 2), (7, 3), (11, 4)]) func secondDerivativesAreTheSame(length: Int, every steps: Int) throws {
    let compiled = try expectCompiledEqualsReference(recurrence(length, orders: 2), options(every: steps))
    // The residuals of the forward loop and those of its gradient's loop: a block runs up to three loops again.
    let inner = loops(compiled.optimized).map { $0.body.store.ops.count { $0 is Scan } }
    #expect((inner.max() ?? 0) >= (steps < length ? 4 : 0))
  }

  @Test func blocksKeepFarLess() throws {
    let (everything, blocks) = try (
      CompiledProgram(longLoop()).memory.arenaBytes, CompiledProgram(longLoop(), options(every: 14)).memory.arenaBytes
    )
    // Of each of the 200 steps a state of [4, 32]; against 14 of those and 14 of the states blocks start from.
    #expect(everything > 200 * 4 * 32 * 4)
    #expect(blocks * 4 < everything, "\(blocks) of \(everything) bytes")
  }

  /// What a layer hands on to the next is kept, so a layer runs again for its own gradient only.
  @Test func layersDoNotRunThoseBelowAgain() throws {
    let graph = Graph()
    let w = graph.input("w", [3, 3])
    func layer(_ x: Tensor) -> Tensor {
      scan(over: [x], from: [graph.input("h", [2, 3])]) { step in
        let next = tanh(step.inputs[0] + dot(step.carries[0], w))
        return (carries: [next], outputs: [next])
      }.outputs[0]
    }
    let loss = sum(layer(layer(graph.input("x", [6, 2, 3]))))
    graph.report("gw", gradient(of: loss, in: w))
    let compiled = try expectCompiledEqualsReference(graph, options(every: 2))
    #expect(loops(compiled.optimized).allSatisfy { $0.body.store.ops.count { $0 is Scan } <= 2 })
  }

  @Test func aProgramAboveItsMemoryLimitKeepsLess() throws {
    let limit = try CompiledProgram(longLoop()).memory.arenaBytes / 2
    var options = CompilerOptions()
    options.memoryLimit = limit
    #expect(try CompiledProgram(longLoop(), options).memory.arenaBytes <= limit)
    options.loopMemory = .everything
    #expect(throws: TapestryError.self) { try CompiledProgram(longLoop(), options) }
  }

  @Test func blocksOfNoStepsAreRefused() {
    #expect {
      try CompiledProgram(recurrence(4), options(every: 0))
    } throws: {
      ($0 as? TapestryError)?.description
        == "loops cannot keep the carries of every 0 steps; give 1 or more"
    }
  }
}
