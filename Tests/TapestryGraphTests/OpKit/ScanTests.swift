import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

@Suite struct ScanTests {
  private func values(_ tensors: [Tensor], _ inputs: [String: NDArray] = [:]) throws -> [[Double]] {
    let graph = tensors[0].graph
    try graph.validate()
    return try interpreted(graph, tensors, inputs).map(\.doubles)
  }

  private func random(_ shape: Shape, _ seed: Int) -> NDArray {
    NDArray(zeros: shape, .float64).direction(seed: seed)
  }

  /// A recurrent step with a product, a mask, an unused carry, a whole-number carry and views of residuals.
  private static func step(_ step: ScanStep, _ w: Tensor, _ gain: Tensor) -> ScanValues {
    let (h, count) = (step.carries[0], step.carries[1])
    let product = tanh(dot(h, w) + step.inputs[0])
    let next = select(product .> 0, product, product * gain) + h * 0.5
    return (carries: [next, count + 1], outputs: [next * next, cast(count, to: .float64) * sum(h)])
  }

  private static func looped(_ t: [Tensor], reversed: Bool) -> [Tensor] {
    let count = t[0].graph.constant(0, .int32)
    let (carries, outputs) = scan(over: [t[1]], from: [t[0], count], reversed: reversed) {
      step($0, t[2], t[3])
    }
    return [carries[0]] + outputs
  }

  private static func unrolled(_ t: [Tensor], reversed: Bool) -> [Tensor] {
    var carries = [t[0], t[0].graph.constant(0, .int32)]
    var stacks: [[Tensor]] = [[], []]
    let length = t[1].extent(0)
    for i in 0..<length {
      let place = reversed ? length - 1 - i : i
      let slice = slice(t[1], axis: 0, place..<place + 1).reshape(Shape(Array(t[1].shape.extents.dropFirst())))
      let given = step(ScanStep(carries: carries, inputs: [slice], graph: t[0].graph), t[2], t[3])
      carries = given.carries
      for (stack, output) in given.outputs.enumerated() { stacks[stack].append(output) }
    }
    return [carries[0]]
      + stacks.map { stack in
        let rows = stack.map { $0.reshape(Shape([1] + $0.shape.extents)) }
        return concatenate(reversed ? rows.reversed() : rows)
      }
  }

  private var arrays: [NDArray] { [random([2, 3], 1), random([4, 2, 3], 2), random([3, 3], 3), random([3], 4)] }

  @Test(arguments: [false, true]) func isItsUnrolledForm(reversed: Bool) throws {
    let graph = Graph()
    let tensors = arrays.map { graph.constant($0) }
    let a = try values(Self.looped(tensors, reversed: reversed))
    let b = try values(Self.unrolled(tensors, reversed: reversed))
    #expect(a == b)
  }

  @Test(arguments: [false, true]) func gradientsOfTwoOrders(reversed: Bool) throws {
    try GradientCheck(arrays) { Self.looped($0, reversed: reversed) }.run("scan, reversed \(reversed)")
  }

  @Test func gradientOfThirdOrder() throws {
    func third(_ f: ([Tensor]) -> [Tensor]) throws -> [[Double]] {
      let graph = Graph()
      let inputs = arrays.map { graph.constant($0) }
      var total = sum(f(inputs)[0])
      for _ in 0..<3 {
        let slopes = gradients(of: total, in: inputs)
        total = slopes.enumerated().map { sum($0.element * $0.element) }.reduce(graph.constant(0, .float64), +)
      }
      return try values([total])
    }
    let looped = try third { Self.looped($0, reversed: false) }[0][0]
    let unrolled = try third { Self.unrolled($0, reversed: false) }[0][0]
    expectClose(looped, unrolled, 1e-9, "third order")
  }

  @Test func scansNest() throws {
    // The sum over rows of running products along each row, with a capture used in the inner step only.
    func nested(_ t: [Tensor]) -> [Tensor] {
      scan(over: [t[0]], from: [t[1]]) { row in
        let inner = scan(over: [row.inputs[0]], from: [row.carries[0]]) { step in
          let next = step.carries[0] * step.inputs[0] + t[2] * sin(row.carries[0])
          return (carries: [next], outputs: [next])
        }
        return (carries: inner.carries, outputs: [sum(inner.outputs[0])])
      }.outputs
    }
    try GradientCheck([random([3, 4], 1), random([], 2), random([], 3)]) { nested($0) }.run("nested scans")
  }

  @Test func aStepMayUseParametersAndItsIndex() throws {
    let graph = Graph()
    let scope = graph.scope("model")
    let outputs = scan(over: [], from: [graph.constant(1.0)], length: 3) { step in
      let w = scope.parameter("w", [], .ones)
      return (carries: [step.carries[0] * w], outputs: [cast(step.index, to: .float32) + step.carries[0]])
    }
    try graph.validate()
    let found = try Interpreter(graph.snapshot).evaluate(
      (outputs.carries + outputs.outputs).map(\.value), state: ["model/w": NDArray(Float(2))])
    #expect(found.map(\.doubles) == [[8], [1, 3, 6]])
  }

  @Test func lengthZeroGivesTheFirstCarries() throws {
    let graph = Graph()
    let start = graph.constant(NDArray([2.0, 3.0]))
    let xs = graph.constant(NDArray(zeros: [0, 2], .float64))
    let (carries, outputs) = scan(over: [xs], from: [start]) { step in
      let next = step.carries[0] * step.inputs[0]
      return (carries: [next], outputs: [next])
    }
    let slope = gradient(of: sum(carries[0]), in: start)
    #expect(outputs[0].shape == [0, 2])
    #expect(try values([carries[0], slope]) == [[2, 3], [1, 1]])
  }

  @Test func theSameStepTracedTwiceIsOneNode() {
    let graph = Graph()
    let (h, x) = (graph.input("h", [2]), graph.input("x", [3, 2]))
    func run() -> Tensor {
      scan(over: [x], from: [h]) { (carries: [tanh($0.carries[0] + $0.inputs[0])], outputs: []) }.carries[0]
    }
    #expect(run() == run())
  }

  /// Only what is asked for is computed: no cotangent of the slices, no stack of what the gradient does not read.
  @Test func gradientsAreMadeOnlyWhereNeeded() throws {
    let graph = Graph()
    let (h, x, w) = (graph.input("h", []), graph.input("x", [3]), graph.input("w", []))
    let end = scan(over: [x], from: [h]) { (carries: [$0.carries[0] * w + $0.inputs[0]], outputs: []) }.carries[0]
    let before = graph.nodeCount
    _ = gradient(of: end, in: w)
    let store = graph.snapshot
    let scans = (before..<store.count).compactMap { store.op(of: $0) as? Scan }
    #expect(scans.count == 2)
    #expect(scans[0].stackCount == 1)  // the carry, which multiplies the cotangent
    #expect(scans[1].stackCount == 0 && scans[1].isReverse)
    #expect(scans[1].counts == ScanParts(carries: 2, slices: 1, captures: 1))
  }

  @Test func eachStepDrawsItsOwnNumbers() throws {
    let graph = Graph()
    let scope = graph.scope("noise")
    let draws = scan(over: [], from: [graph.constant(0.0)], length: 3) { step in
      (carries: step.carries, outputs: [randomUniform([2], from: scope)])
    }.outputs[0]
    try graph.validate()
    let state = ["random/key": NDArray([Int32(5), 0])]
    let inside = try Interpreter(graph.snapshot).evaluate([draws.value], state: state)[0]
    let other = Graph()
    let outside = randomUniform([3, 2], from: other.scope("noise"))
    #expect(try Interpreter(other.snapshot).evaluate([outside.value], state: state)[0] == inside)
  }

  @Test func wrongSteps() {
    func fault(_ build: (Graph, Tensor) -> Void) -> String {
      let graph = Graph()
      build(graph, graph.input("x", [3, 2]))
      let place = graph.diagnostics.first?.place
      #expect(place?.file == "TapestryGraphTests/ScanTests.swift")
      return graph.diagnostics.map { "\($0.message); \($0.remedy)" }.joined(separator: "\n")
    }
    #expect(
      fault { graph, x in _ = scan(over: [x], from: [graph.input("h", [2])]) { _ in ([], []) } }
        == "scan: the step takes 1 carries and returns 0; return each carry in the shape and dtype it began with")
    #expect(
      fault { graph, x in
        _ = scan(over: [x], from: [graph.input("h", [])]) { (carries: [$0.carries[0] + $0.inputs[0]], outputs: []) }
      }
        == "scan: carry 0 begins as float32[], and the step returns float32[2]; "
        + "return each carry in the shape and dtype it began with")
    #expect(
      fault { graph, x in
        _ = scan(over: [x, graph.input("y", [4])], from: []) { (carries: [], outputs: $0.inputs) }
      }
        == "scan over float32[3, 2] and float32[4]: the lengths differ or there is no axis 0; "
        + "scan over tensors of one extent along axis 0, or give `length:`")
    #expect(
      fault { graph, x in
        let scope = graph.scope("s")
        _ = scope.state("mean", [2])
        _ = scan(over: [x], from: []) { step in
          scope.assign("mean", step.inputs[0])
          return (carries: [], outputs: [])
        }
      }
        == "'s/mean' is assigned a tensor of a scan's step; "
        + "make it a carry of the scan and assign what the scan returns")
    #expect(
      fault { graph, x in
        _ = scan(over: [x], from: []) { (carries: [], outputs: [dot($0.inputs[0], x)]) }
      }
        == "dot of float32[2] and float32[3, 2]: shapes [2] and [3, 2] are not both matrices; "
        + "add an axis of extent 1 with `reshape`")
  }
}
