package import TapestryCore

/// The step of a scan as a closed graph: what the loop runs once for each slice.
///
/// Inputs, in this order: the carries, the slices of the scanned tensors, the captures. Outputs, in this order: the next
/// carries, then what is stacked. Inputs are the first nodes of the store, whether used or not; behind them come the
/// nodes that the outputs need, and no other. Equal bodies have equal nodes, so the same step traced twice is one op.
package struct ScanBody: Hashable, Sendable {
  package let store: GraphStore
  package let inputs: [Value]
  package let outputs: [Value]
  private let digest: Int

  /// The part of a graph between some of its values, cut there and named anew, and some others.
  ///
  /// - Parameters:
  ///   - inputs: distinct values of `graph`, each with the kind of input it becomes.
  ///   - outputs: values of `graph` that depend on no input or variable other than those.
  package init(cutting graph: GraphStore, inputs: ScanParts<[Value]>, outputs: [Value]) {
    var store = GraphStore()
    var moved: [Value: Value] = [:]
    var own: [Value] = []
    for (name, values) in [("carry", inputs.carries), ("slice", inputs.slices), ("capture", inputs.captures)] {
      for (place, value) in values.enumerated() {
        let node = store.addLeaf(InputOp(name: "\(name) \(place)", type: graph.type(of: value)))
        store.addOrigins(graph.origins(of: Int(value.node)), to: node)
        moved[value] = Value(node)
        own.append(Value(node))
      }
    }
    var needed = [Bool](repeating: false, count: graph.count)
    for value in outputs where moved[value] == nil { needed[Int(value.node)] = true }
    for node in needed.indices.reversed() where needed[node] {
      for operand in graph.operands(of: node) where moved[operand] == nil { needed[Int(operand.node)] = true }
    }
    for node in needed.indices where needed[node] {
      let results = (0..<graph.resultCount(of: node)).map { Value(node, $0) }
      let copy = store.add(graph.op(of: node), graph.operands(of: node).map { moved[$0]! }) {
        results.map { graph.type(of: $0) }
      }
      store.addOrigins(graph.origins(of: node), to: copy.node)
      for result in results where moved[result] == nil { moved[result] = Value(copy.node, Int(result.output)) }
    }
    self.store = store
    self.inputs = own
    self.outputs = outputs.map { moved[$0]! }
    digest = ScanBody.digest(of: store, self.outputs)
  }

  /// The type of an output.
  package func type(ofOutput output: Int) -> TensorType { store.type(of: outputs[output]) }

  private static func digest(of store: GraphStore, _ outputs: [Value]) -> Int {
    var hasher = Hasher()
    for node in 0..<store.count {
      store.op(of: node).hash(into: &hasher)
      for operand in store.operands(of: node) { hasher.combine(operand) }
    }
    hasher.combine(outputs)
    return hasher.finalize()
  }

  package static func == (a: ScanBody, b: ScanBody) -> Bool {
    guard a.digest == b.digest, a.store.count == b.store.count, a.inputs == b.inputs, a.outputs == b.outputs else {
      return false
    }
    return (0..<a.store.count).allSatisfy { node in
      a.store.operands(of: node).elementsEqual(b.store.operands(of: node))
        && a.store.op(of: node).isEqual(to: b.store.op(of: node))
    }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension GraphStore {
  /// Notes where a copy of a node was made first.
  fileprivate mutating func addOrigins(_ origins: [Origin], to node: Int) {
    for origin in origins.reversed() { addOrigin(origin, to: node) }
  }
}

/// Something for each of the three kinds of inputs of a scan's body.
package struct ScanParts<Part: Sendable>: Sendable {
  package var carries, slices, captures: Part

  package init(carries: Part, slices: Part, captures: Part) {
    self.carries = carries
    self.slices = slices
    self.captures = captures
  }
}

extension ScanParts: Equatable where Part: Equatable {}
extension ScanParts: Hashable where Part: Hashable {}

extension ScanParts where Part: RangeReplaceableCollection {
  /// Carries, then slices, then captures: the order of a body's inputs and of a scan's operands.
  package var all: Part { carries + slices + captures }
}
