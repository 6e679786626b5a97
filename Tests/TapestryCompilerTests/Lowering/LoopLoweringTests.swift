import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// What a loop is on the tape: carries kept in their stacks, loops cut by rows, weights packed before them.
@Suite struct LoopLoweringTests {
  /// The instructions of one pass of each loop of a tape, by label.
  private func passes(_ tape: Tape) -> [[String]] {
    var loops: [[String]] = []
    var isInside = false
    for step in tape.steps {
      switch step.kind {
      case .loopBegin:
        isInside = true
        loops.append([])
      case .loopEnd: isInside = false
      case .sideBySide: break
      case .wave:
        if isInside { loops[loops.count - 1] += tape.labels[step.first..<step.first + step.count] }
      }
    }
    return loops
  }

  private func sideBySide(_ tape: Tape) -> [Int] { tape.steps.filter { $0.kind == .sideBySide }.map(\.count) }

  /// An LSTM over some steps, with what its gradient needs of every step.
  private func lstm(_ graph: Graph, batch: Int, units: Int, steps: Int = 3, reversed: Bool = false) -> Graph {
    let x = graph.input("x", [steps, batch, 4 * units])
    let (w, h, c) = (
      graph.input("w", [units, 4 * units]), graph.input("h", [batch, units]), graph.input("c", [batch, units])
    )
    let values = scan(over: [x], from: [h, c], reversed: reversed) { step in
      let gates = split(dot(step.carries[0], w) + step.inputs[0], parts: 4, axis: 1)
      let cell = sigmoid(gates[0]) * step.carries[1] + sigmoid(gates[1]) * tanh(gates[2])
      let hidden = sigmoid(gates[3]) * tanh(cell)
      return (carries: [hidden, cell], outputs: [hidden])
    }
    let loss = sum(values.outputs[0] * values.outputs[0]) + sum(values.carries[1])
    graph.report("loss", loss)
    for (place, slope) in gradients(of: loss, in: [w, x, h, c]).enumerated() { graph.report("g\(place)", slope) }
    return graph
  }

  /// A GRU whose reset gate follows the product and its bias, with what its gradient needs of every step.
  private func gru(_ graph: Graph, batch: Int, units: Int) -> Graph {
    let x = graph.input("x", [9, batch, 3 * units])
    let (w, b, h) = (
      graph.input("w", [units, 3 * units]), graph.input("b", [units]), graph.input("h", [batch, units])
    )
    let values = scan(over: [x], from: [h]) { step in
      let (input, state) = (split(step.inputs[0], parts: 3), split(dot(step.carries[0], w), parts: 3))
      let (r, z) = (sigmoid(input[0] + state[0]), sigmoid(input[1] + state[1]))
      let candidate = tanh(input[2] + r * (state[2] + b))
      let next = candidate + z * (step.carries[0] - candidate)
      return (carries: [next], outputs: [next])
    }
    let loss = sum(values.outputs[0] * values.outputs[0])
    graph.report("loss", loss)
    for (place, slope) in gradients(of: loss, in: [w, x, b, h]).enumerated() { graph.report("g\(place)", slope) }
    return graph
  }

  /// A step of a GRU is its product and its cell, forward and backward; rows are parted in both loops.
  @Test func aStepOfAGRUIsItsProductAndItsCell() throws {
    let tape = try expectCompiledEqualsReference(gru(Graph(), batch: 32, units: 16), tolerance: 1e-4).tape
    #expect(sideBySide(tape) == [2, 2])
    #expect(passes(tape).map(\.count) == [2, 2, 2, 2])
  }

  /// A step of an LSTM is its product and its cell, forward and backward, and copies nothing.
  @Test(arguments: [false, true]) func aStepOfAnLSTMIsTwoInstructions(reversed: Bool) throws {
    let tape = try expectCompiledEqualsReference(lstm(Graph(), batch: 3, units: 5, reversed: reversed)).tape
    let loops = passes(tape)
    #expect(loops.map(\.count) == [2, 2])
    #expect(loops.joined().allSatisfy { $0 != "copy" })
  }

  /// What is stacked of a carry, before and after the step or both, twice too, is in one buffer; what is not, is state.
  @Test(arguments: [false, true]) func aCarryIsKeptInItsStacks(reversed: Bool) throws {
    let stacked: [([Tensor], [Tensor]) -> [Tensor]] = [
      { old, _ in [old[0]] }, { _, new in [new[0]] }, { old, new in [new[0], old[0]] }, { _, new in [new[0], new[1]] },
      { old, new in [old[0], old[0], new[0] * 2] }, { old, new in [old[0], new[0], old[1], new[1]] },
    ]
    for (place, choose) in stacked.enumerated() {
      let graph = Graph()
      let (a, b) = (graph.input("a", [2, 3]), graph.input("b", [2, 3]))
      let values = scan(over: [graph.input("x", [4, 2, 3])], from: [a, b], reversed: reversed) { step in
        let next = [step.carries[0] * 0.5 + step.inputs[0], step.carries[1] - step.carries[0]]
        return (carries: next, outputs: choose(step.carries, next))
      }
      for (name, result) in (values.carries + values.outputs).enumerated() { graph.report("r\(name)", result * 3) }
      let tape = try expectCompiledEqualsReference(graph).tape
      #expect(passes(tape).joined().count { $0 == "copy" } == 0, "case \(place)")
    }
  }

  /// A carry that takes over another's old value, or stays as it is, has rows of its own.
  @Test func carriesThatArePassedOn() throws {
    let graph = Graph()
    let carries = (0..<3).map { graph.input("c\($0)", [2, 3]) }
    let values = scan(over: [graph.input("x", [4, 2, 3])], from: carries) { step in
      (carries: [step.carries[1], step.carries[0] + step.inputs[0], step.carries[2]], outputs: step.carries)
    }
    for (name, result) in (values.carries + values.outputs).enumerated() { graph.report("r\(name)", result) }
    try expectCompiledEqualsReference(graph)
  }

  /// Enough rows are loops side by side, each on a thread of its own; the bits are those of one thread.
  @Test(arguments: [(6, 1), (7, 2), (31, 2), (50, 2), (64, 4)])
  func rowsOfABatchAreLoopsSideBySide(batch: Int, parts: Int) throws {
    let graph = lstm(Graph(), batch: batch, units: 16, steps: 9)
    let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
    #expect(sideBySide(tape) == (parts == 1 ? [] : [parts, parts]))
    let (inputs, state) = sampleValues(of: graph)
    let alone = try run(tape, inputs: inputs, state: state)
    for threads in [2, 3, 7] {
      let shared = try run(tape, inputs: inputs, state: state, team: ThreadTeam(threads: threads))
      if parts > 1 { #expect(shared.helperSlices >= min(parts, threads) - 1) }
      for (name, value) in alone.outputs { #expect(shared.outputs[name] == value, "\(name) on \(threads) threads") }
    }
  }

  /// Each part of the rows keeps to its own memory.
  @Test func partsOfTheRowsAreGuarded() throws {
    var options = CompilerOptions()
    options.guardsBuffers = true
    let tape = try expectCompiledEqualsReference(lstm(Graph(), batch: 33, units: 8), options, tolerance: 1e-4).tape
    #expect(sideBySide(tape) == [2, 2])
  }

  /// Rows that are mixed are not parted: by a sum, a product from the left, a reversal, a value they share.
  @Test func rowsThatDependOnEachOtherStayTogether() throws {
    let mixtures: [(Tensor, Tensor) -> Tensor] = [
      { h, _ in h * 0.1 + mean(h, over: [0], keepingAxes: true) }, { h, w in tanh(dot(w, h)) },
      { h, _ in tanh(reverse(h, axes: [0])) }, { h, _ in h.transpose() * 0.5 },
      { h, _ in h * 0.5 + slice(h, axis: 0, 0..<1) },
    ]
    for (place, mix) in mixtures.enumerated() {
      let graph = Graph()
      let w = graph.input("w", [40, 40])
      let values = scan(over: [graph.input("x", [3, 40, 40])], from: [graph.input("h", [40, 40])]) { step in
        let next = mix(step.carries[0], w) + step.inputs[0]
        return (carries: [next], outputs: [next])
      }
      graph.report("y", values.outputs[0])
      let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
      #expect(sideBySide(tape) == [], "case \(place)")
    }
  }

  /// The last pass of a gradient's loop makes no cotangent of a start that nobody wants it of.
  @Test(arguments: [false, true], [false, true]) func theLastPassMakesWhatIsReadAlone(wantsStart: Bool, reversed: Bool)
    throws
  {
    let graph = Graph()
    let (x, w) = (graph.input("x", [5, 8, 32]), graph.input("w", [32, 32]))
    let start = graph.input("h", [8, 32])
    let values = scan(over: [x], from: [start], reversed: reversed) { step in
      let next = tanh(dot(step.carries[0], w) * 0.1 + step.inputs[0])
      return (carries: [next], outputs: [next])
    }
    let loss = sum(values.outputs[0] * values.outputs[0])
    for (place, slope) in gradients(of: loss, in: wantsStart ? [w, x, start] : [w, x]).enumerated() {
      graph.report("g\(place)", slope)
    }
    let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
    let loops = tape.steps.filter { $0.kind == .loopBegin }
    #expect(loops.map(\.leftOut) == [0, 0] + (wantsStart ? [0, 0] : [1, 1]))
    #expect(tape.runs.count { $0 == 4 } == (wantsStart ? 0 : 2))
    #expect(tape.listing.contains("not in the last pass") != wantsStart)
  }

  /// Weights that no core's cache holds are read once a step, not once a part.
  @Test(arguments: [(256, [2, 2]), (288, [])]) func largeWeightsKeepTheRowsTogether(units: Int, parts: [Int]) throws {
    let tape = try CompiledProgram(lstm(Graph(), batch: 32, units: units)).tape
    #expect(sideBySide(tape) == parts)
  }

  /// A weight that every step multiplies by is packed once, if it fills panels and nothing else reads it.
  @Test(arguments: [(32, 5, 1), (64, 5, 1), (33, 5, 0), (32, 2, 0)])
  func weightsArePackedBeforeTheirLoop(width: Int, steps: Int, packs: Int) throws {
    for isReadElsewhere in [false, true] {
      let graph = Graph()
      let w = graph.input("w", [width, width])
      let (x, h) = (graph.input("x", [steps, width, width]), graph.input("h", [width, width]))
      let values = scan(over: [x], from: [h]) { step in
        let next = tanh(dot(step.carries[0], w) + step.inputs[0])
        return (carries: [isReadElsewhere ? next + w : next], outputs: [])
      }
      graph.report("y", values.carries[0])
      let tape = try expectCompiledEqualsReference(graph, in: -0.1...0.1, tolerance: 1e-4).tape
      #expect(tape.labels.count { $0 == "pack" } == (isReadElsewhere ? 0 : packs))
    }
  }

  /// What a short loop reads is not packed for its own sake, but when it must be copied it is copied into panels.
  @Test(arguments: [2, 5]) func whatMustBeCopiedIsPacked(steps: Int) throws {
    let graph = Graph()
    let w = graph.input("w", [32, 32])
    let values = scan(over: [graph.input("x", [steps, 6, 32])], from: [graph.input("h", [6, 32])]) { step in
      (carries: [tanh(dot(step.carries[0], w.transpose()) * 0.1 + step.inputs[0])], outputs: [])
    }
    graph.report("y", values.carries[0])
    let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
    #expect(tape.labels.count { $0 == "pack" } == 1)
    #expect(tape.regions.count { $0.extents.reduce(1, *) == 32 * 32 } == 1)
  }

  /// A loop wants its slices in a row, and a product all of them as a matrix: one copy is both, whichever is first.
  @Test(arguments: [false, true]) func aLoopAndAReshapeShareACopy(reshapesFirst: Bool) throws {
    let graph = Graph()
    let x = graph.input("x", [6, 5, 3]).transpose([1, 0, 2])
    let w = graph.input("w", [3, 3])
    let matrix = reshapesFirst ? dot(x.reshape([30, 3]), w) : w
    let values = scan(over: [x], from: [graph.input("h", [6, 3])]) { step in
      (carries: [tanh(step.carries[0] + step.inputs[0])], outputs: [])
    }
    graph.report("y", values.carries[0])
    graph.report("z", reshapesFirst ? matrix : dot(x.reshape([30, 3]), w * sum(values.carries[0])))
    let tape = try expectCompiledEqualsReference(graph).tape
    #expect(tape.regions.count { $0.extents == [5, 6, 3] } == 1)
  }

  /// A transposed weight is packed from where it lies: once for all loops that multiply by it, without a copy between.
  @Test func transposedWeightsArePackedOnce() throws {
    let graph = Graph()
    let w = graph.input("w", [32, 32])
    for name in ["a", "b"] {
      let values = scan(over: [graph.input("x\(name)", [5, 6, 32])], from: [graph.input("h\(name)", [6, 32])]) { step in
        (carries: [tanh(dot(step.carries[0], w.transpose()) * 0.1 + step.inputs[0])], outputs: [])
      }
      graph.report("y\(name)", values.carries[0])
    }
    let tape = try expectCompiledEqualsReference(graph, tolerance: 1e-4).tape
    #expect(tape.labels.count { $0 == "pack" } == 1)
    #expect(tape.regions.count { $0.extents.reduce(1, *) == 32 * 32 } == 1)
  }
}
