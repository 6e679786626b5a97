import TapestryCore
import TapestryGraph
import Testing

@Suite struct GraphDiagramTests {
  /// Three equal layers, a loss, its gradient and an update.
  private func model() -> GraphStore {
    let graph = Graph()
    let scope = graph.scope("mlp")
    var x = graph.input("images", [32, 64])
    for layer in 0..<3 { x = dot(x, scope("layer\(layer)").parameter("weight", [64, 64], .zeros)) * 0.5 }
    let loss = sum(x)
    let weight = scope("layer0").parameter("weight", [64, 64], .zeros)
    let steps = scope.state("steps", [])
    graph.report("loss", loss)
    let change = gradient(of: loss, in: weight)
    graph.inPhase(.update) {
      graph.assign("mlp/layer0/weight", weight - change, at: nil)
      graph.assign("mlp/steps", steps + steps, at: nil)
    }
    return graph.snapshot
  }

  private func lines(
    _ store: GraphStore, kernels: [Int: GraphDiagram.Kernel] = [:], _ options: GraphDiagram.Options = .init()
  ) -> [String] {
    let dot = GraphDiagram(store, roots: store.effects.labelledRoots, kernels: kernels, options: options)
    return dot.diagram.dot.split(separator: "\n").map { String($0.drop { $0 == " " }) }
  }

  @Test func equalGraphsGiveEqualBytes() {
    for options in [GraphDiagram.Options(), .folded] {
      #expect(lines(model(), options) == lines(model(), options))
    }
  }

  @Test func kindsAreToldApart() {
    let lines = lines(model())
    func shape(of label: String) -> String? {
      lines.first { $0.contains("[label=\"\(label)") }?.split(separator: ", ").first { $0.hasPrefix("shape=") }.map(
        String.init)
    }
    #expect(shape(of: "images\\ninput float32[32, 64]") == "shape=invhouse")
    #expect(shape(of: "mlp/layer0/weight\\nparameter") == "shape=cylinder")
    #expect(shape(of: "mlp/steps\\nstate") == "shape=cylinder")
    #expect(shape(of: "loss") == "shape=doubleoctagon")
    #expect(lines.contains { $0.contains("dot\", shape=box") && $0.contains("fillcolor=\"#bbdefb\"") })
    #expect(lines.contains { $0.contains("dot\", shape=box") && $0.contains("fillcolor=\"#ffccbc\"") })
    #expect(lines.contains { $0.contains("assign\\nmlp/layer0/weight") && $0.contains("fillcolor=\"#e1bee7\"") })
  }

  @Test func whatIsWrittenToStateEndsInACylinder() {
    let graph = Graph()
    let x = graph.input("x", [2])
    let dot = GraphDiagram(graph.snapshot, roots: [("y", x.value)], assigned: [("assign m/w", x.value)])
    #expect(dot.diagram.dot.contains("out0 [label=\"y\", shape=doubleoctagon"))
    #expect(dot.diagram.dot.contains("out1 [label=\"assign m/w\", shape=cylinder"))
    #expect(dot.diagram.dot.contains("n0 -> out1 [label=\"[2]\"]"))
  }

  @Test func edgesCarryShapes() {
    let edges = lines(model()).filter { $0.contains(" -> ") }
    #expect(edges.first { $0.hasPrefix("n0 -> n2 ") } == "n0 -> n2 [label=\"[32, 64]\"];")
    #expect(edges.contains { $0.contains("-> out0 [label=\"[]\"]") })
  }

  @Test func aScalarConstantIsWrittenIntoItsOp() {
    let lines = lines(model())
    #expect(lines.contains { $0.contains("multiply(·, 0.5)") })
    #expect(!lines.contains { $0.contains("shape=note") })
  }

  @Test func clustersNestByPhaseAndScope() {
    let lines = lines(model())
    func opening(_ name: String) -> Int? { lines.firstIndex { $0.hasPrefix("label=\"\(name)\";") } }
    #expect(opening("forward") != nil && opening("gradient") != nil && opening("update") != nil)
    let inner = lines[(opening("mlp") ?? 0)...].prefix { $0 != "}" }
    #expect(inner.contains { $0.hasPrefix("label=\"layer0\";") })
    #expect(lines.count { $0.hasSuffix("{") } == lines.count { $0 == "}" })
  }

  @Test func aKernelOverTwoScopesLiesInTheirCommonOne() {
    let store = model()
    let products = (0..<store.count).filter { store.op(of: $0) is Dot }.prefix(2)
    let kernel = GraphDiagram.Kernel(number: 7, label: "two \"products\"")
    let lines = lines(store, kernels: Dictionary(uniqueKeysWithValues: products.map { ($0, kernel) }))
    let start = lines.firstIndex { $0.hasPrefix("label=\"kernel 7: two \\\"products\\\"\";") }
    let inside = lines[((start ?? 0) + 1)...].prefix { $0 != "}" }
    #expect(inside.count == 2 && inside.allSatisfy { $0.contains("dot\", shape=box") })
    let scope = lines[..<(start ?? 0)].last { $0.hasPrefix("label=\"") }
    #expect(scope?.hasPrefix("label=\"layer") == true)
  }

  @Test func repeatedScopesFoldIntoOneBoxEach() {
    let graph = Graph()
    var x = graph.input("x", [2, 64])
    for layer in 0..<3 {
      let product = dot(x, graph.scope("layer\(layer)").parameter("weight", [64, 64], .zeros))
      x = product + product
    }
    graph.report("y", x)
    let lines = lines(graph.snapshot, .init(foldsRepeatedScopes: true))
    let folded = lines.filter { $0.contains("shape=folder") }
    #expect(folded.count == 2)
    #expect(folded.first?.contains("[label=\"layer1\\nlike layer0: 3 nodes\"") == true)
    #expect(folded.last?.contains("[label=\"layer2\\nlike layer0: 3 nodes\"") == true)
    let boxes = folded.map { $0.prefix { $0 != " " } }
    #expect(lines.contains { $0.hasPrefix("\(boxes[0]) -> \(boxes[1]) ") })
    #expect(lines.contains { $0.hasPrefix("\(boxes[1]) -> out0 ") })
  }

  /// A kernel is a box with the state it alone reads, and without what it assigns; so is an update.
  @Test func kernelsAndUpdatesFoldIntoOneBoxEach() {
    let graph = Graph()
    let x = graph.input("x", [4])
    let scope = graph.scope("m")
    let a = scope.parameter("a", [4], .zeros)
    let count = scope.state("count", [], .zeros)
    let y = x * a + x
    graph.report("y", y)
    graph.inPhase(.update) { scope.assign("count", (count + 1) * 2) }
    let store = graph.snapshot
    let update = lines(store, .folded)
    #expect(update.contains { $0.contains("[label=\"m\\nupdate: ") && $0.contains("shape=folder") })
    #expect(!update.contains { $0.contains("m/count") })
    let nodes = (0..<store.count).filter { store.op(of: $0) is Multiply || store.op(of: $0) is Add }.prefix(2)
    let kernel = GraphDiagram.Kernel(number: 3, label: "add and 1 more")
    let kernels = lines(store, kernels: Dictionary(uniqueKeysWithValues: nodes.map { ($0, kernel) }), .folded)
    #expect(kernels.contains { $0.contains("[label=\"kernel 3\\nadd and 1 more\"") })
    #expect(!kernels.contains { $0.hasPrefix("subgraph") })
    #expect(kernels.contains { $0.hasPrefix("n0 -> c") } && kernels.count { $0.contains("multiply") } == 1)
  }

  @Test func aChainFoldsButNotThroughANodeUsedTwice() {
    let graph = Graph()
    let x = graph.input("x", [4])
    let shared = -(x * 2 + 1)
    let first = -(shared * 3 / 2)
    graph.report("y", first + shared)
    let lines = lines(graph.snapshot, .init(foldsChains: true))
    #expect(lines.contains { $0.contains("3 elementwise\\nmultiply → add → negate\", shape=box3d") })
    #expect(lines.contains { $0.contains("4 elementwise\\nmultiply → divide → negate → add\", shape=box3d") })
    #expect(lines.count { $0.contains(" -> ") } == 3)
  }

  /// The cut of a model stands out and never hides in a folded chain; those of an update are as any op.
  @Test(arguments: [false, true]) func aCutStandsOut(folded: Bool) {
    let graph = Graph()
    let x = graph.input("x", [4])
    let cut = stopGradient(-(x * 2))
    graph.report("y", -(cut * 3) + x)
    let a = graph.scope("m").parameter("a", [4], .zeros)
    graph.inPhase(.update) { graph.assign("m/a", stopGradient(a + x), at: nil) }
    let lines = lines(graph.snapshot, .init(foldsChains: folded))
    let boxes = lines.filter {
      $0.contains("stopGradient\\nno gradient passes\", shape=octagon, style=\"filled,dashed\"")
    }
    #expect(boxes.count == 1 && boxes[0].contains("color=\"#c62828\""))
    let box = boxes.first?.prefix { $0 != " " } ?? "?"
    let red = lines.filter { $0.contains(" -> ") && $0.contains("#c62828") }
    #expect(red.count == 1 && red[0].hasPrefix("\(box) -> ") && red[0].contains("style=dashed"))
  }

  /// The maximum a softmax takes away is no cut of the model.
  @Test func theLibrarysOwnCutsDoNotStandOut() {
    let graph = Graph()
    graph.report("y", softmax(graph.input("x", [3, 4])))
    let lines = lines(graph.snapshot)
    #expect(lines.contains { $0.contains("stopGradient") } && !lines.contains { $0.contains("no gradient passes") })
  }

  @Test func whatAUserNamesIsEscaped() {
    let graph = Graph()
    graph.report("a\"b\\c\n", graph.input("<x>\"\\", []) + 1)
    let lines = lines(graph.snapshot)
    #expect(lines.contains { $0.hasPrefix("out0 [label=\"a\\\"b\\\\c\u{FFFD}\", ") })
    #expect(lines.contains { $0.hasPrefix("n0 [label=\"<x>\\\"\\\\\\ninput float32[]\", ") })
  }

  /// In a large graph no edge leads past many nodes; a box says what is read from far above. A small one is drawn whole.
  @Test(arguments: [(100, 0), (700, 1)]) func whatIsFarIsNamed(_ length: Int, _ references: Int) {
    let graph = Graph()
    let first = exp(graph.input("x", [4]))
    graph.report("y", (0..<length).reduce(first) { x, _ in tanh(x) } + first)
    let diagram = GraphDiagram(graph.snapshot, roots: graph.snapshot.effects.labelledRoots).diagram
    let named = diagram.boxes.filter { $0.kind == .reference }
    #expect(named.count == references && named.allSatisfy { $0.lines == ["from %1 exp"] })
    #expect(diagram.edges.count == length + 4)
  }

  @Test(arguments: [false, true]) func aChainOfAHundredThousandNodesIsDrawn(folded: Bool) {
    let graph = Graph()
    graph.report("y", (0..<100_000).reduce(graph.input("x", [])) { x, _ in x + x })
    let lines = lines(graph.snapshot, .init(foldsChains: folded))
    let count = lines.count { $0.contains(" -> ") }
    #expect(count == (folded ? 2 : 200_001))
  }
}
