import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

@Suite struct LoopPassTests {
  /// A recurrence and its gradient in the weight.
  private func recurrence() throws -> (program: ProgramGraph, check: ReferenceCheck) {
    let graph = Graph()
    let x = graph.input("x", [5, 2, 3])
    let w = graph.input("w", [4, 4])
    let v = graph.input("v", [3, 4])
    let start = graph.input("h", [2, 4])
    let values = scan(over: [x], from: [start]) { step in
      let h = tanh(dot(step.carries[0], w * 1) + dot(step.inputs[0], v) * 1)
      return (carries: [h], outputs: [h * 2])
    }
    let loss = sum(values.outputs[0] * values.outputs[0]) + sum(values.carries[0])
    graph.report("loss", loss)
    for (place, gradient) in gradients(of: loss, in: [w, v, start]).enumerated() { graph.report("g\(place)", gradient) }
    var inputs: [String: NDArray] = [:]
    for (name, shape) in [("x", Shape([5, 2, 3])), ("w", [4, 4]), ("v", [3, 4]), ("h", [2, 4])] {
      let stream = RandomStream(seed: 3, name: name)
      inputs[name] = NDArray(shape, .float32) { stream.uniform(at: $0) - 0.5 }
    }
    return (try ProgramGraph(tracing: graph), ReferenceCheck(inputs: inputs, tolerance: 1e-4))
  }

  private func scans(_ program: ProgramGraph) -> [Scan] {
    let reached = program.reachedNodes()
    return reached.indices.filter { reached[$0] }.compactMap { program.store.op(of: $0) as? Scan }
  }

  @Test func aScanAndTheOneItsGradientRunsAreOne() throws {
    let (before, check) = try recurrence()
    #expect(scans(before).count == 3)
    var context = PassContext(verifies: true)
    let plan = try PassPlan.standard.including(only: "canonicalize", "merge-scans", "dead-code")
    let after = try plan.run(before, checking: check, &context)
    #expect(scans(after).count == 2)
  }

  @Test func stepsAreSimplifiedAndComputeTheSame() throws {
    let (before, check) = try recurrence()
    var context = PassContext(verifies: true)
    let after = try PassPlan.standard.run(before, checking: check, &context)
    #expect(scans(after).count == 2)
    for scan in scans(after) {
      for node in 0..<scan.body.store.count {
        let op = scan.body.store.op(of: node)
        #expect(
          !(op is Multiply)
            || scan.body.store.operands(of: node).allSatisfy {
              (scan.body.store.op(of: Int($0.node)) as? ConstantOp)?.array.double(at: 0) != 1
            })
      }
    }
  }

  @Test func whatEveryStepRepeatsLeavesTheLoop() throws {
    let graph = Graph()
    let (a, b) = (graph.input("a", [4, 4]), graph.input("b", [4, 4]))
    let values = scan(over: [graph.input("x", [3, 2, 4])], from: [graph.input("h", [2, 4])]) { step in
      let h = dot(step.carries[0], dot(a, b.transpose())) + step.inputs[0]
      return (carries: [h], outputs: [])
    }
    graph.report("y", values.carries[0])
    let before = try ProgramGraph(tracing: graph)
    var inputs: [String: NDArray] = [:]
    for (name, shape) in [("x", Shape([3, 2, 4])), ("a", [4, 4]), ("b", [4, 4]), ("h", [2, 4])] {
      let stream = RandomStream(seed: 1, name: name)
      inputs[name] = NDArray(shape, .float32) { stream.uniform(at: $0) - 0.5 }
    }
    var context = PassContext(verifies: true)
    let after = try PassPlan.standard.run(before, checking: ReferenceCheck(inputs: inputs), &context)
    let scan = try #require(scans(after).first)
    let inside = (0..<scan.body.store.count).map { type(of: scan.body.store.op(of: $0)).name }
    #expect(inside == ["input", "input", "input", "dot", "add"])
    #expect((0..<after.store.count).contains { after.store.op(of: $0) is Dot })
  }

  /// Outside it is copied once; inside each step would turn it again.
  @Test func aTransposeThatProductsMultiplyByLeavesTheLoop() throws {
    let graph = Graph()
    let w = graph.input("w", [4, 4])
    let values = scan(over: [graph.input("x", [3, 2, 4])], from: [graph.input("h", [2, 4])]) { step in
      let h = tanh(dot(step.carries[0], w.transpose())) + step.inputs[0]
      return (carries: [h], outputs: [])
    }
    graph.report("y", values.carries[0])
    let after = try expectCompiledEqualsReference(graph).optimized
    let scan = try #require(scans(after).first)
    #expect(!(0..<scan.body.store.count).contains { scan.body.store.op(of: $0) is Transpose })
    #expect((0..<after.store.count).contains { after.store.op(of: $0) is Transpose })
  }

  /// Carries, slices in either direction, captures, the place of the step and the gradient through them.
  @Test(arguments: [false, true]) func aLoopOfOneStepIsItsStep(isReversed: Bool) throws {
    let graph = Graph()
    let (x, w, start) = (graph.input("x", [1, 2, 4]), graph.input("w", [4, 4]), graph.input("h", [2, 4]))
    let values = scan(over: [x], from: [start], reversed: isReversed) { step in
      let h = tanh(dot(step.carries[0], w) + step.inputs[0])
      return (carries: [h], outputs: [h * 2 + cast(step.index, to: .float32)])
    }
    let loss = sum(values.outputs[0] * values.outputs[0]) + sum(values.carries[0])
    graph.report("stack", values.outputs[0])
    for (place, gradient) in gradients(of: loss, in: [x, w, start]).enumerated() {
      graph.report("g\(place)", gradient)
    }
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(scans(compiled.optimized).isEmpty)
  }

  /// The cotangent of every step's result is one number where the loss is their mean: no stack of it is given to the
  /// loop of the gradient.
  @Test(arguments: [false, true]) func numbersRepeatedAreNotGivenToLoops(isReversed: Bool) throws {
    let graph = Graph()
    let (x, w, start) = (graph.input("x", [5, 2, 4]), graph.input("w", [4, 4]), graph.input("h", [2, 4]))
    let values = scan(over: [x], from: [start], reversed: isReversed) { step in
      let h = tanh(dot(step.carries[0], w) + step.inputs[0])
      return (carries: [h], outputs: [h])
    }
    for (place, gradient) in gradients(of: mean(values.outputs[0]), in: [x, w, start]).enumerated() {
      graph.report("g\(place)", gradient)
    }
    let program = try expectCompiledEqualsReference(graph).optimized
    #expect(scans(program).map(\.counts.slices) == [1, 1])
  }

  @Test func aStepThatIsSimpleStaysAsItIs() throws {
    let graph = Graph()
    let values = scan(over: [graph.input("x", [3, 2])], from: [graph.input("h", [2])]) { step in
      (carries: [step.carries[0] + step.inputs[0]], outputs: [step.carries[0]])
    }
    graph.report("y", values.outputs[0])
    let before = try ProgramGraph(tracing: graph)
    #expect(try PassPlan.standard.run(before).text == before.text)
  }
}
