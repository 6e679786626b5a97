import TapestryCore
import TapestryGraph
import Testing

@Suite struct GraphTextTests {
  /// An op with two results.
  private struct Halves: Op {
    static let name = "halves"
    static let summary = "Twice the half."
    var attributes: String { "of: 2" }
    var resultCount: Int { 2 }
    func resultTypes(of operands: [TensorType]) -> [TensorType] { [operands[0], operands[0]] }
    func evaluate(_ operands: [NDArray]) -> [NDArray] { [operands[0], operands[0]] }
  }

  @Test func aModelReadsLineByLine() {
    let graph = Graph()
    let scope = graph.scope("mlp", file: "Model/Main.swift", line: 3)
    let images = graph.input("images", [32, 64], file: "Model/Main.swift", line: 5)
    let weight = scope.parameter("weight", [64, 10], .zeros)
    let product = dot(images, weight, file: "Model/Main.swift", line: 9)
    let loss = sum(product, over: [0, 1], file: "Model/Main.swift", line: 12)
    let change = gradient(of: loss, in: weight, file: "Model/Main.swift", line: 13)
    graph.report("loss", loss)
    graph.inPhase(.update) { graph.assign("mlp/weight", change, at: SourcePlace("Model/Main.swift", 14)) }
    let lines = graph.description.split(separator: "\n")
    #expect(
      lines.prefix(5) == [
        "%0 = input \"images\" : float32[32, 64]  # Main.swift:5",
        "%1 = variable \"mlp/weight\" : float32[64, 10]  # mlp Main.swift:3",
        "%2 = dot(%0, %1) : float32[32, 10]  # mlp Main.swift:9",
        "%3 = sum(%2) over: [0, 1] : float32[]  # mlp Main.swift:12",
        "%4 = constant 1.0 : float32[]",
      ])
    #expect(lines[5].hasPrefix("%5 = reshape(%4) to: [1, 1] : float32[1, 1]  #"))
    #expect(lines[5].hasSuffix("gradient of %3"))
    #expect(lines[8].hasPrefix("%8 = dot(%7, %6) : float32[64, 10]  #"))
    #expect(lines[8].hasSuffix("gradient of %2"))
    #expect(
      lines.suffix(2) == [
        "%9 = assign(%8) \"mlp/weight\" version 1 : float32[64, 10]  # mlp Main.swift:14, update",
        "return loss = %3, state \"mlp/weight\" = %9",
      ])
  }

  @Test func onlyWhatTheRootsReachIsPrintedAndNumberedDensely() {
    let graph = Graph()
    let x = graph.input("x", [2])
    _ = x * x
    let y = x + x
    let text = graph.snapshot.text(roots: [("y", y.value)])
    #expect(
      text.split(separator: "\n").map { $0.prefix { $0 != "#" } } == [
        "%0 = input \"x\" : float32[2]  ", "%1 = add(%0, %0) : float32[2]  ", "return y = %1",
      ])
  }

  @Test func resultsOfANodeWithSeveralAreTold() {
    let graph = Graph()
    let halves = Tensor.apply(Halves(), [graph.input("x", [2])])
    let total = halves[0] + halves[1]
    let text = graph.snapshot.text(roots: [("sum", total.value), ("second", halves[1].value)])
    #expect(text.contains("%1 = halves(%0) of: 2 : float32[2], float32[2]"))
    #expect(text.contains("%2 = add(%1.0, %1.1) : float32[2]"))
    #expect(text.hasSuffix("return sum = %2, second = %1.1\n"))
  }

  @Test func aNodeAskedForTwiceTellsThatThereAreMorePlaces() {
    let graph = Graph()
    let x = graph.input("x", [2], file: "M/A.swift", line: 1)
    _ = sum(x, file: "M/A.swift", line: 2)
    _ = sum(x, file: "M/B.swift", line: 3)
    #expect(graph.description.contains("# A.swift:2 (and 1 more)"))
  }

  @Test func aNameWithALineBreakStaysOnItsLine() {
    let graph = Graph()
    graph.report("a\nb", graph.input("x\r\ny", []))
    #expect(graph.description.split(separator: "\n").count == 2)
  }

  @Test func poisonedRootsAreNamedAndAnEmptyGraphIsEmpty() {
    let graph = Graph()
    #expect(graph.description == "")
    #expect(graph.snapshot.text(roots: [("loss", .poison)]) == "return loss = poison\n")
  }

  @Test func aChainOfAHundredThousandNodesPrints() {
    let graph = Graph()
    let last = (0..<100_000).reduce(graph.input("x", [])) { x, _ in x + x }
    let text = graph.snapshot.text(roots: [("y", last.value)])
    #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 100_002)
    #expect(text.contains("\n%100000 = add(%99999, %99999) : float32[]  #"))
  }
}
