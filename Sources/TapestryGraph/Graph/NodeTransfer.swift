// Passes copy whole graphs from arena to arena, node by node. To find an op, a type or an origin in the other arena is a
// search by hash of attributes, extents and texts; there are few of them and many nodes. So each is searched for once,
// and its number in the other arena is kept.

/// A way out of one arena into another: the numbers its ops, types and origins have there, as far as they are known.
///
/// One transfer leads into one arena. A reference type, so that the arena it holds is not copied for each node.
package final class NodeTransfer {
  fileprivate let source: GraphStore
  private var ops: [Int32]
  private var types: [Int32]
  private var origins: [Int32]

  /// - Parameter keepsNumbers: whether the other arena was made with the numbers of ops and types of this one.
  package init(from source: GraphStore, keepsNumbers: Bool = false) {
    self.source = source
    ops = keepsNumbers ? source.ops.indices.map(Int32.init) : [Int32](repeating: -1, count: source.ops.count)
    types = keepsNumbers ? source.types.indices.map(Int32.init) : [Int32](repeating: -1, count: source.types.count)
    origins = [Int32](repeating: -1, count: source.origins.count)
  }

  fileprivate func op(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if ops[Int(number)] < 0 { ops[Int(number)] = store.intern(source.ops[Int(number)]) }
    return ops[Int(number)]
  }

  fileprivate func type(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if types[Int(number)] < 0 { types[Int(number)] = store.intern(source.types[Int(number)]) }
    return types[Int(number)]
  }

  fileprivate func origin(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if origins[Int(number)] < 0 { origins[Int(number)] = store.origins.intern(source.origins[number]) }
    return origins[Int(number)]
  }
}

extension GraphStore {
  /// The node of another arena on operands of this one, which have the types of its own operands.
  ///
  /// - Complexity: O(operands + results) on average.
  package mutating func copy(_ node: Int, _ operands: [Value], by transfer: NodeTransfer) -> Int {
    let op = transfer.op(transfer.source.nodes[node].op, in: &self)
    return add(op, operands) { store in
      transfer.source.resultNumbers(of: node).map { transfer.type($0, in: &store) }
    }
  }

  /// Gives a node the origins a node of another arena has.
  package mutating func copyOrigins(of old: Int, to node: Int, by transfer: NodeTransfer) {
    for number in transfer.source.origins.numbers(from: transfer.source.nodes[old].origin).reversed() {
      addOrigin(transfer.origin(number, in: &self), to: node)
    }
  }
}
