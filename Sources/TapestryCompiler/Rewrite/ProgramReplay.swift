import TapestryCore
import TapestryGraph

/// A program recorded again, node by node, in a graph of its own: what passes are made of that put several nodes, or
/// none, in the place of one.
struct ProgramReplay {
  let old: ProgramGraph
  let graph = Graph()
  /// Nodes read.
  private(set) var reads = 0
  private var results: [[Tensor]]

  init(_ program: ProgramGraph) {
    old = program
    results = [[Tensor]](repeating: [], count: program.store.count)
  }

  /// What a value of the old program has become.
  subscript(value: Value) -> Tensor {
    get { results[Int(value.node)][Int(value.output)] }
    set {
      let node = Int(value.node)
      if results[node].isEmpty {
        results[node] = [Tensor](repeating: Tensor(graph, .poison), count: old.store.resultCount(of: node))
      }
      results[node][Int(value.output)] = newValue
    }
  }

  /// What a node of the old program has become; empty as long as that is not known.
  func results(of node: Int) -> [Tensor] { results[node] }

  /// Records every node that the roots reach, in their order, and gives the new program.
  ///
  /// - Parameter replacement: the results to put in the place of a node; nil for a node that is recorded as it is.
  mutating func run(_ replacement: (inout ProgramReplay, _ node: Int) -> [Tensor]?) -> ProgramGraph {
    let reached = old.reachedNodes()
    for node in reached.indices where reached[node] {
      results[node] =
        replacement(&self, node) ?? copy(node, of: old.store, old.store.operands(of: node).map { self[$0] })
    }
    func moved(_ value: Value) -> Value { value.isPoison || !reached[Int(value.node)] ? .poison : self[value].value }
    let effects = old.store.effects.mapValues(moved)
    graph.withStore { $0.effects = effects }
    return ProgramGraph(store: graph.snapshot, roots: old.roots.map { .init($0.target, moved($0.value)) })
  }

  /// Records a node of the program, or of a loop's step, on other operands, with its origins.
  mutating func copy(_ node: Int, of store: GraphStore, _ operands: [Tensor]) -> [Tensor] {
    reads += 1
    let place = graph.withStore { new in
      let place = new.add(store.op(of: node), operands.map(\.value)) { store.resultTypes(of: node) }.node
      for origin in store.origins(of: node).reversed() { new.addOrigin(origin, to: place) }
      return place
    }
    return (0..<store.resultCount(of: node)).map { Tensor(graph, Value(place, $0)) }
  }
}
