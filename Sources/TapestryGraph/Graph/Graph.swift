import Synchronization
public import TapestryCore

/// The trace of one program: a symbolic graph that only grows.
///
/// Nodes are immutable and each expression is held once. A wrong expression records a diagnostic and yields a poisoned
/// tensor; compiling then throws one error that lists them all.
public final class Graph: Sendable {
  private let store: Mutex<GraphStore>
  /// For the body of a scan, the graph the scan is in.
  let parent: Graph?
  /// How many scans the graph is nested in.
  let depth: Int

  /// An empty graph.
  public init() {
    store = Mutex(GraphStore())
    parent = nil
    depth = 0
  }

  package init(_ store: GraphStore) {
    self.store = Mutex(store)
    parent = nil
    depth = 0
  }

  /// The graph of a scan's body.
  init(bodyIn parent: Graph) {
    store = Mutex(GraphStore())
    self.parent = parent
    depth = parent.depth + 1
  }

  /// Calls `body` with the arena.
  package func withStore<Result>(_ body: (inout sending GraphStore) throws -> sending Result) rethrows -> sending Result
  {
    try store.withLock(body)
  }

  /// The arena as it is now; a copy is made when either side changes it.
  package var snapshot: GraphStore { store.withLock { $0 } }

  /// The faults recorded so far.
  public var diagnostics: [TapestryError] { store.withLock { $0.diagnostics } }

  /// The number of nodes.
  public var nodeCount: Int { store.withLock { $0.count } }

  /// Throws the diagnostics as one error.
  ///
  /// - Throws: `invalidGraph` when there are any.
  public func validate() throws(TapestryError) {
    let found = diagnostics
    guard let first = found.first else { return }
    throw TapestryError(
      .invalidGraph, found.count == 1 ? "the graph has 1 fault" : "the graph has \(found.count) faults",
      remedy: "mend what is listed and trace again", at: first.place, notes: found.map(\.description))
  }
}

extension Graph {
  /// Records an op and gives its results; poisoned ones when an operand is poisoned or the op refuses its operands.
  package func record(_ op: some Op, _ operands: [Tensor], at place: SourcePlace? = nil) -> [Tensor] {
    if let stranger = operands.first(where: { $0.graph !== self }) {
      if let poisoned = Graph.adopted(operands) { return [Tensor](repeating: poisoned, count: op.resultCount) }
      if let (home, captured) = Graph.joined(operands) { return home.record(op, captured, at: place) }
      refuseMixture(type(of: op).name, operands, with: stranger.graph, at: place)
      return [Tensor](repeating: Tensor(self, .poison), count: op.resultCount)
    }
    let values = operands.map(\.value)
    return store.withLock { store in
      guard !values.contains(where: \.isPoison) else {
        return [Tensor](repeating: Tensor(self, .poison), count: op.resultCount)
      }
      let types = values.map { store.type(of: $0) }
      do throws(OpFault) {
        let (node, _) = try store.add(op, values) { () throws(OpFault) in try op.resultTypes(of: types) }
        store.addOrigin(store.origin(of: values, at: place), to: node)
        return (0..<store.resultCount(of: node)).map { Tensor(self, Value(node, $0)) }
      } catch {
        let origin = store.origin(of: values, at: place)
        store.diagnostics.append(error.diagnostic(type(of: op).name, types, origin))
        return [Tensor](repeating: Tensor(self, .poison), count: op.resultCount)
      }
    }
  }

  /// Notes in both graphs that an op takes tensors of the two; each is told the place and scope of its own operands.
  private func refuseMixture(_ name: String, _ operands: [Tensor], with other: Graph, at place: SourcePlace?) {
    let types = operands.map { "\($0.type)" }.joined(separator: " and ")
    for graph in [self, other] {
      let own = operands.filter { $0.graph === graph && !$0.isPoisoned }.map(\.value)
      let origin = graph.store.withLock { $0.origin(of: own, at: place) }
      graph.diagnose(
        TapestryError(
          .mixedGraphs, "\(name) of \(types): the tensors belong to two graphs",
          remedy: "build both operands in one tracing, or feed the value of one as an input of the other",
          at: origin.place, scope: origin.scope))
    }
  }

  /// Records a leaf or an effect under a scope of its own.
  package func record(_ op: some Op, in scope: String, at place: SourcePlace?) -> Tensor {
    store.withLock { store in
      let node = store.addLeaf(op)
      store.addOrigin(
        Origin(scope: scope, place: store.effects.place ?? place, phase: store.effects.phase), to: node)
      return Tensor(self, Value(node))
    }
  }

  /// Notes a fault.
  package func diagnose(_ fault: TapestryError) { store.withLock { $0.diagnostics.append(fault) } }

  /// Runs a library function as if all it records were written at the caller's line; the outermost caller wins.
  package func located<Result>(_ file: StaticString, _ line: UInt, _ body: () -> Result) -> Result {
    let isOutermost = store.withLock { store in
      if store.effects.place != nil { return false }
      store.effects.place = SourcePlace(file, line)
      return true
    }
    defer { if isOutermost { store.withLock { $0.effects.place = nil } } }
    return body()
  }

  /// Runs `body`, whose nodes belong to a phase.
  ///
  /// - Parameters:
  ///   - partner: for gradients, the forward node whose rule is called: what it makes belongs to that node's scope and line.
  ///   - scope: the scope the nodes belong to, where it is not that of their operands.
  package func inPhase<Result>(_ phase: Phase, partner: Int32 = -1, scope: String? = nil, _ body: () -> Result)
    -> Result
  {
    let before = store.withLock { store in
      defer { (store.effects.phase, store.effects.partner, store.effects.scope) = (phase, partner, scope) }
      return (store.effects.phase, store.effects.partner, store.effects.scope)
    }
    defer { store.withLock { ($0.effects.phase, $0.effects.partner, $0.effects.scope) = before } }
    return body()
  }
}

extension GraphStore {
  /// The node of an op without operands, whose types depend on nothing.
  package mutating func addLeaf(_ op: some Op) -> Int {
    add(op, []) { (try? op.resultTypes(of: [])) ?? [] }.node
  }

  /// Scope and place an op inherits: those of the forward node whose gradient it is part of; else the scope of a variable
  /// among its operands or of the latest one, and as an operator cannot know its line, the line of the latest.
  fileprivate func origin(of operands: [Value], at place: SourcePlace?) -> Origin {
    if effects.partner >= 0, let forward = origins.first(from: nodes[Int(effects.partner)].origin) {
      return Origin(
        scope: forward.scope, place: forward.place ?? effects.place, phase: effects.phase, partner: effects.partner)
    }
    // A number beside a tensor has neither; an input has no scope. What reads a variable belongs to the variable's
    // scope, so that a layer called again lies there too and not where its operand comes from.
    var inherited = Origin(scope: "", phase: .forward)
    var readsVariable = false
    for operand in operands.sorted(by: { $0.node > $1.node }) {
      guard let origin = origins.first(from: nodes[Int(operand.node)].origin) else { continue }
      let isOfVariable = !readsVariable && isVersion(Int(operand.node))
      if inherited.scope.isEmpty || isOfVariable { inherited.scope = origin.scope }
      readsVariable = readsVariable || isOfVariable
      inherited.place = inherited.place ?? origin.place
    }
    return Origin(
      scope: effects.scope ?? inherited.scope, place: effects.place ?? place ?? inherited.place,
      phase: effects.phase, partner: effects.partner)
  }
}

extension GraphStore {
  /// Whether a node is a variable, as it was or as assigned.
  private func isVersion(_ node: Int) -> Bool {
    isOp(node, VariableOp.self) || isOp(node, AssignOp.self)
  }
}

extension OpFault {
  /// The fault with what the graph knows of it.
  fileprivate func diagnostic(_ op: String, _ types: [TensorType], _ origin: Origin) -> Diagnostic {
    TapestryError(
      code, "\(op) of \(types.map(\.description).joined(separator: " and ")): \(message)", remedy: remedy,
      at: origin.place, scope: origin.scope)
  }
}
