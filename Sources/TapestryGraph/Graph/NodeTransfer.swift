// Passes copy whole graphs from arena to arena, node by node. To find an op, a type or an origin in the other arena is a
// search by hash of attributes, extents and texts; there are few of them and many nodes. So each is searched for once,
// and its number in the other arena is kept.

/// A way out of one arena into another: the numbers its ops, types and origins have there, as far as they are known.
///
/// One transfer leads into one arena.
package struct NodeTransfer {
  fileprivate let source: GraphStore
  private var ops: [Int32]
  private var types: [Int32]
  private var origins: [Int32]

  private init(_ source: GraphStore, ops: [Int32], types: [Int32], origins: [Int32]) {
    (self.source, self.ops, self.types, self.origins) = (source, ops, types, origins)
  }

  /// A way into an arena of its own numbers.
  package init(from source: GraphStore) {
    self.init(
      source, ops: NodeTransfer.unknown(source.ops.count), types: NodeTransfer.unknown(source.types.count),
      origins: NodeTransfer.unknown(source.origins.count))
  }

  /// A way into an arena that has no origins yet, in which they get the numbers they have in the other.
  package init(from source: GraphStore, withOriginsInto store: inout GraphStore) {
    store.origins = OriginList(numberedAs: source.origins)
    self.init(
      source, ops: NodeTransfer.unknown(source.ops.count), types: NodeTransfer.unknown(source.types.count),
      origins: NodeTransfer.same(source.origins.count))
  }

  /// A new arena without nodes in which ops and types have the numbers they have in another, and the way into it.
  package static func toEmptyArena(from source: GraphStore) -> (transfer: NodeTransfer, arena: GraphStore) {
    let transfer = NodeTransfer(
      source, ops: same(source.ops.count), types: same(source.types.count), origins: unknown(source.origins.count))
    return (transfer, GraphStore(numberedAs: source))
  }

  private static func unknown(_ count: Int) -> [Int32] { [Int32](repeating: -1, count: count) }
  private static func same(_ count: Int) -> [Int32] { (0..<Int32(count)).map { $0 } }

  fileprivate mutating func op(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if ops[Int(number)] >= 0 { return ops[Int(number)] }
    let new = store.intern(op: number, of: source)
    ops[Int(number)] = new
    return new
  }

  fileprivate mutating func type(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if types[Int(number)] < 0 { types[Int(number)] = store.intern(source.types[Int(number)]) }
    return types[Int(number)]
  }

  fileprivate mutating func origin(_ number: Int32, in store: inout GraphStore) -> Int32 {
    if origins[Int(number)] < 0 { origins[Int(number)] = store.origins.intern(source.origins[number]) }
    return origins[Int(number)]
  }
}

extension GraphStore {
  /// The node of another arena on operands of this one, which have the types of its own operands.
  ///
  /// - Complexity: O(operands + results) on average.
  package mutating func copy(_ node: Int, _ operands: [Value], by transfer: inout NodeTransfer) -> Int {
    let op = transfer.op(transfer.source.nodes[node].op, in: &self)
    return add(op, operands) { store in
      for output in 0..<transfer.source.resultCount(of: node) {
        store.addResult(transfer.type(transfer.source.resultNumber(of: node, output), in: &store))
      }
    }
  }

  /// Gives a node the origins a node of another arena has.
  package mutating func copyOrigins(of old: Int, to node: Int, by transfer: inout NodeTransfer) {
    let origins = transfer.source.origins
    origins.forEachFromLast(of: transfer.source.nodes[old].origin) { number in
      addOrigin(transfer.origin(number, in: &self), to: node)
    }
  }
}
