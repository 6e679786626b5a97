import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Why two neighbours are two kernels: each reason by the smallest program that gives it, in words.
@Suite struct FusionRefusalTests {
  private let graph = Graph()

  /// The answer for an edge of a program of one result.
  private func why(_ producer: Tensor, _ consumer: Tensor, result: Tensor? = nil) throws -> String {
    graph.report("y", result ?? consumer)
    let kernels = GroupGraph(try ProgramGraph(tracing: graph))
    let refusal = kernels.plan.whyNotFused(Int(producer.value.node), Int(consumer.value.node))
    return refusal?.description ?? "fused"
  }

  private func input(_ name: String, _ shape: Shape) -> Tensor { graph.input(name, shape) }

  @Test func fused() throws {
    let h = tanh(input("x", [3]))
    #expect(try why(h, exp(h)) == "fused")
  }

  @Test func notNeighbours() throws {
    let (a, b) = (tanh(input("x", [3])), tanh(input("z", [4])))
    #expect(try why(a, b, result: sum(a) + sum(b)) == "neither uses the other's result")
  }

  @Test func anInstructionOfItsOwn() throws {
    let h = tanh(input("x", [3, 4]))
    #expect(try why(h, dot(h, input("w", [4, 5]))) == "'dot' is an instruction of its own")
  }

  @Test func differentSpaces() throws {
    let h = tanh(input("x", [4]))
    #expect(
      try why(h, input("z", [3, 4]) + h) == "they run over different iteration spaces, [4] and [3, 4]")
  }

  @Test func aViewBetween() throws {
    let h = tanh(input("x", [4, 3]))
    #expect(
      try why(h, input("z", [3, 4]) + h.transpose()) == "a view between them changes the order of the elements")
  }

  @Test func reducesOtherAxes() throws {
    let h = tanh(input("x", [4, 3]))
    let (rows, columns) = (sum(h, over: [1]), sum(h, over: [0]))
    #expect(try why(h, columns, result: sum(rows) * columns) == "they reduce different axes")
  }

  @Test func reducesAgain() throws {
    let rows = sum(tanh(input("x", [4, 3])), over: [1])
    #expect(try why(rows, sum(rows)) == "the second reduces what the first has reduced")
  }

  @Test func rowTooLong() throws {
    let x = input("x", [4, 100_000])
    let total = sum(x, over: [1], keepingAxes: true)
    #expect(
      try why(total, x / total) == "the reduced 100000 elements would not stay in cache until they are used again")
  }

  @Test func aProductDoesNotReduce() throws {
    let product = dot(input("x", [4, 3]), input("w", [3, 5]))
    #expect(try why(product, sum(product, over: [1])) == "the epilogue of a product does not reduce")
  }

  @Test func oneProductInAKernel() throws {
    let a = dot(input("x", [4, 3]), input("w", [3, 5]))
    let b = dot(input("z", [4, 6]), input("v", [6, 5]))
    let both = a + b
    graph.report("y", both)
    let plan = GroupGraph(try ProgramGraph(tracing: graph)).plan
    let answers = [a, b].map { plan.whyNotFused(Int($0.value.node), Int(both.value.node))?.description }
    #expect(answers.contains(nil))
    #expect(answers.contains("a kernel holds one product"))
  }

  @Test func neededEarlier() throws {
    let h = tanh(input("x", [4]))
    #expect(
      try why(h, h + cumulativeSum(h, axis: 0)) == "the first must have run before something else the second needs")
  }

  /// The way around is there, but so long that it is not walked to its end.
  @Test func tooManyBetween() throws {
    let h = tanh(input("x", [4]))
    var far = h
    for _ in 0..<5000 { far = cumulativeSum(far, axis: 0) }
    #expect(
      try why(h, h + far)
        == "too many kernels lie between them to see whether one needs the first and is needed by the second")
  }

  @Test func misaligned() throws {
    let h = tanh(input("x", [4, 4]))
    let rows = sum(h, over: [1])
    #expect(try why(rows, h * rows) == "the second reads the first along other axes")
  }

  @Test func aFullKernel() throws {
    var x = input("x", [4])
    var answers: Set<String> = []
    var chain: [Tensor] = []
    for _ in 0..<3000 {
      x = tanh(x)
      chain.append(x)
    }
    graph.report("y", x)
    let plan = GroupGraph(try ProgramGraph(tracing: graph)).plan
    for (a, b) in zip(chain, chain.dropFirst()) {
      if let answer = plan.whyNotFused(Int(a.value.node), Int(b.value.node)) { answers.insert(answer.description) }
    }
    #expect(plan.groups.count == 2)
    #expect(answers == ["the kernel holds as many nodes as one may"])
  }
}
