import TapestryCore
import TapestryGraph
import TapestryNotebook
import Testing

@Suite struct DiagramLayoutTests {
  /// A drawing with nested clusters and edges that skip rows, some of them upwards.
  private func random(_ seed: Int, boxes: Int) -> Diagram {
    let stream = RandomStream(seed: seed, name: "diagram")
    var draws = 0
    func below(_ bound: Int) -> Int {
      defer { draws += 1 }
      return Int(stream.uniform(at: draws) * Double(bound))
    }
    var diagram = Diagram("random")
    let kinds: [Diagram.Cluster.Kind] = [.phase, .scope, .kernel, .loop]
    for number in 1...6 {
      _ = diagram.add(
        Diagram.Cluster(
          kind: kinds[below(4)], label: String(repeating: "label ", count: below(9)), parent: below(number),
          name: "\(number)"))
    }
    for number in 0..<boxes {
      let lines = (0...below(3)).map { _ in String(repeating: "x", count: 1 + below(40)) }
      let kind = Diagram.Kind.allCases[below(Diagram.Kind.allCases.count)]
      _ = diagram.add(Diagram.Box(name: "n\(number)", kind: kind, lines: lines, cluster: below(7)))
    }
    for _ in 0..<2 * boxes {
      let (a, b) = (below(boxes), below(boxes))
      let isUpwards = below(12) == 0
      diagram.edges.append(Diagram.Edge(from: isUpwards ? max(a, b) : min(a, b), to: isUpwards ? min(a, b) : max(a, b)))
    }
    return diagram
  }

  @Test(arguments: 1...40) func nothingLiesOverAnything(_ seed: Int) {
    let diagram = random(seed, boxes: 2 + seed)
    let layout = DiagramLayout(diagram)
    #expect(layout.fault(in: diagram) == nil)
    #expect(DiagramLayout(diagram).boxes == layout.boxes)
  }

  /// The check itself finds what is wrong.
  @Test func aLayoutOfAnotherDrawingIsFaulty() {
    let (narrow, wide) = (random(3, boxes: 20), random(4, boxes: 20))
    #expect(DiagramLayout(narrow).fault(in: wide) != nil)
  }

  /// Thirty boxes of 260 pixels each: five have room in a row.
  @Test func whatHasNoRoomInARowGoesIntoTheNext() {
    var diagram = Diagram("wide")
    for number in 0..<31 {
      _ = diagram.add(Diagram.Box(name: "n\(number)", kind: .operation, lines: [String(repeating: "x", count: 36)]))
    }
    diagram.edges = (0..<30).map { Diagram.Edge(from: $0, to: 30) }
    let layout = DiagramLayout(diagram)
    #expect(layout.fault(in: diagram) == nil && Set(layout.boxes[..<30].map(\.y)).count == 6)
    #expect(layout.boxes[..<30].allSatisfy { $0.maxY < layout.boxes[30].y })
  }

  @Test func edgesLeadDownwards() {
    var diagram = Diagram("chain")
    for number in 0..<4 {
      _ = diagram.add(Diagram.Box(name: "n\(number)", kind: .operation, lines: ["n\(number)"]))
    }
    diagram.edges = [(0, 1), (1, 3), (2, 3), (0, 3)].map { Diagram.Edge(from: $0, to: $1) }
    let layout = DiagramLayout(diagram)
    for edge in diagram.edges { #expect(layout.boxes[edge.from].maxY < layout.boxes[edge.to].y) }
    // What is read late stands late.
    #expect(layout.boxes[2].y == layout.boxes[1].y)
    #expect(layout.routes[3].count > layout.routes[0].count)
  }

  @Test func aCircleIsDrawnWithOneEdgeUpwards() {
    var diagram = Diagram("circle")
    for number in 0..<3 {
      _ = diagram.add(Diagram.Box(name: "n\(number)", kind: .folded, lines: ["n\(number)"]))
    }
    diagram.edges = [(0, 1), (1, 2), (2, 0)].map { Diagram.Edge(from: $0, to: $1) }
    let layout = DiagramLayout(diagram)
    #expect(layout.isReversed == [false, false, true] && layout.fault(in: diagram) == nil)
  }

  @Test func nothingIsDrawnAsNothing() {
    let layout = DiagramLayout(Diagram("empty"))
    #expect(layout.boxes.isEmpty && layout.clusters.count == 1)
  }

  /// Depth costs no stack.
  @Test func aLongChainIsLaidOut() {
    var diagram = Diagram("chain")
    for number in 0..<20_000 {
      let box = diagram.add(Diagram.Box(name: "n\(number)", kind: .operation, lines: ["x"]))
      if box > 0 { diagram.edges.append(Diagram.Edge(from: box - 1, to: box)) }
    }
    let layout = DiagramLayout(diagram)
    #expect(layout.boxes.last!.y > layout.boxes[0].y && Set(layout.boxes.map(\.x)).count == 1)
  }
}
