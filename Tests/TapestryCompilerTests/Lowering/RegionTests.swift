import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Kernels whose rows are longer than a tile, on every instruction set.
@Suite struct RegionTests {
  /// One instruction that is the reference on every instruction set.
  private func expectOneKernel(_ build: (Graph) -> [Tensor]) throws {
    let graph = Graph()
    for (place, result) in build(graph).enumerated() { graph.report("y\(place)", result) }
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.instructions.count == 1)
    let (inputs, _) = sampleValues(of: graph)
    let traced = try ProgramGraph(tracing: graph)
    let expected = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: inputs)
    for kernels in KernelTable.all {
      let (outputs, _, _) = try run(compiled.tape, inputs: inputs, state: [:], kernels: kernels)
      for (place, value) in expected.enumerated() {
        #expect(relativeError(outputs["y\(place)"]!, value) <= 2e-5, "\(kernels.name)")
      }
    }
  }

  /// What has no elements needs no kernel, although the sums beside it have some.
  @Test func rowsWithoutElements() throws {
    let graph = Graph()
    let x = graph.input("x", [3, 0])
    graph.report("y", x - sum(x, over: [1], keepingAxes: true))
    #expect(try expectCompiledEqualsReference(graph).tape.instructions.isEmpty)
  }

  @Test(arguments: [511, 512, 513, 1000, 1537]) func softmaxOfLongRows(_ columns: Int) throws {
    try expectOneKernel { [softmax($0.input("x", [9, columns]))] }
  }

  /// Four reductions, each of what the one before made of the row.
  @Test(arguments: [64, 700]) func fourStages(_ columns: Int) throws {
    try expectOneKernel { graph in
      var x = graph.input("x", [9, columns])
      for _ in 0..<4 { x = tanh(x - sum(x * x, over: [1], keepingAxes: true) / Double(columns)) }
      return [x]
    }
  }

  /// Reduced values of early stages are used again in the last, and handed out.
  @Test(arguments: [31, 800]) func keptValuesLiveToTheEnd(_ columns: Int) throws {
    try expectOneKernel { graph in
      let x = graph.input("x", [8, columns])
      let first = max(x, over: [1], keepingAxes: true)
      let second = sum(exp(x - first), over: [1], keepingAxes: true)
      let third = min(x / second, over: [1], keepingAxes: true)
      return [x * first + second * third, first, log(second) + first, third]
    }
  }

  @Test(arguments: [(20, 7), (700, 3), (3, 700), (40, 513)])
  func reductionsAlongRows(_ rows: Int, _ columns: Int) throws {
    try expectOneKernel { graph in
      let x = graph.input("x", [rows, columns])
      let total = sum(x * x, over: [0])
      return [total, max(x, over: [0]) + sqrt(total)]
    }
  }

  @Test func aColumnIsReadAgainAfterItIsReduced() throws {
    try expectOneKernel { graph in
      let x = graph.input("x", [30, 20])
      let centred = x - sum(x, over: [0], keepingAxes: true) / 30
      return [centred * rsqrt(sum(centred * centred, over: [0], keepingAxes: true) / 30 + 0.1)]
    }
  }

  /// More values at once than a naive order would need: each register is read before it is given away.
  @Test func manyValuesAtOnce() throws {
    try expectOneKernel { graph in
      let (x, y) = (graph.input("x", [700]), graph.input("y", [700]))
      let parts = (0..<40).map { tanh(x * Double($0) / 40 + y) }
      let forwards = parts.reduce(x) { $0 * 0.9 + $1 }
      let backwards = parts.reversed().reduce(y) { $0 * 0.8 - $1 }
      return [forwards, backwards, forwards * backwards]
    }
  }
}

/// What the order of a tile program makes of chains.
@Suite struct ChainOrderTests {
  private func program(_ build: (Graph) -> [Tensor]) throws -> [tap_tile_instr] {
    let graph = Graph()
    for (place, result) in build(graph).enumerated() { graph.report("y\(place)", result) }
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.regions.count == 1)
    return compiled.tape.regions[0].program.instructions
  }

  private func name(_ instruction: tap_tile_instr) -> String {
    let link = instruction.link == 0 ? "" : instruction.link & TAP_PASSED.rawValue != 0 ? "-" : "+"
    return String(cString: tap_tile_op_name(tap_tile_op(rawValue: instruction.op))) + link
  }

  @Test func aValueIsFollowedByWhatIsMadeOfIt() throws {
    let instructions = try program { graph in
      let (x, w) = (graph.input("x", [2000]), graph.input("w", [2000]))
      return [tanh(x * w + 0.5) * sigmoid(x - w)]
    }
    #expect(
      instructions.map(name) == ["const", "load", "load", "mul-", "add-", "tanh", "sub-", "sigmoid-", "mul", "store"])
  }

  @Test func whatIsReadAgainIsAlsoStored() throws {
    let instructions = try program { graph in
      let y = tanh(graph.input("x", [2000]))
      return [y * (1 - y * y)]
    }
    #expect(instructions.map(name) == ["const", "load", "tanh+", "mul-", "sub-", "mul", "store"])
  }

  @Test func masksAndIntegersPartChains() throws {
    let instructions = try program { graph in
      let x = graph.input("x", [2000])
      return [select(exp(x) .> 2, -x, x) * 3]
    }
    #expect(!instructions.contains { $0.link != 0 && $0.op == TAP_EXP.rawValue })
  }
}
