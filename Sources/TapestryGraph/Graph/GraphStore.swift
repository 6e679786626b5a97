package import TapestryCore

/// The place of a value in a graph: a node and one of its results.
package struct Value: Hashable, Sendable {
  package var node: Int32
  package var output: Int32

  package init(_ node: Int, _ output: Int = 0) {
    self.node = Int32(node)
    self.output = Int32(output)
  }

  /// The value of an expression that was diagnosed.
  package static let poison = Value(-1)
  package var isPoison: Bool { node < 0 }
}

/// One node: an interned op with ranges of the operand list and the result-type list.
package struct Node: Sendable {
  package var op: Int32
  package var firstOperand: Int32
  package var firstResult: Int32
  package var operandCount: Int16
  package var resultCount: Int16
  /// How the compiler may join the node with others.
  package var fusion: FusionClass
  /// Head of the node's list of origins.
  package var origin: Int32
}

/// The arena of a graph: flat arrays of trivial structs, append-only, each node once.
///
/// Nodes are numbered in order of creation, so operands always have smaller numbers than the nodes that use them and
/// counting upwards is a topological order. A node is found again by a hash table over op and operands (hash-consing):
/// building the same expression twice gives the same node. Ops and types are interned to small numbers.
package struct GraphStore: Sendable {
  package private(set) var nodes: [Node] = []
  private(set) var operandList: [Value] = []
  private(set) var resultList: [Int32] = []
  private(set) var types: [TensorType] = []
  private var typeIndex = DigestIndex()
  package private(set) var ops: [any Op] = []
  private var opIndex = DigestIndex()
  /// The digest of each op, of its type and attributes.
  private var opDigests: [Int] = []
  /// The type of each op.
  private var opTypes: [ObjectIdentifier] = []
  /// For each op its class, where that is the same on any operands.
  private var opClasses: [FusionClass?] = []
  private var table = [Int32](repeating: -1, count: 64)

  package var origins = OriginList()
  package var effects = Effects()
  package var diagnostics: [Diagnostic] = []

  package init() {}

  /// An arena without nodes in which ops and types have the numbers they have in another.
  init(numberedAs other: GraphStore) {
    (types, typeIndex) = (other.types, other.typeIndex)
    (ops, opIndex, opDigests) = (other.ops, other.opIndex, other.opDigests)
    (opTypes, opClasses) = (other.opTypes, other.opClasses)
  }

  package var count: Int { nodes.count }

  /// The op of a node.
  package func op(of node: Int) -> any Op { ops[Int(nodes[node].op)] }

  /// Whether the op of a node is of a type.
  package func isOp(_ node: Int, _ type: any Op.Type) -> Bool {
    opTypes[Int(nodes[node].op)] == ObjectIdentifier(type)
  }

  /// The op of a node, where it is of a type.
  package func op<Other: Op>(of node: Int, as type: Other.Type) -> Other? {
    isOp(node, type) ? op(of: node).typed(type) : nil
  }

  /// The type of the op of a node.
  package func opType(of node: Int) -> any Op.Type { Swift.type(of: op(of: node)) }

  /// Whether a node's op, or one that no node has any more, is of a type.
  package func hasOp(_ type: any Op.Type) -> Bool { opTypes.contains(ObjectIdentifier(type)) }

  /// The operands of a node.
  package func operands(of node: Int) -> ArraySlice<Value> {
    let record = nodes[node]
    return operandList[Int(record.firstOperand)..<Int(record.firstOperand) + Int(record.operandCount)]
  }

  /// One operand of a node.
  package func operand(_ place: Int, of node: Int) -> Value { operandList[Int(nodes[node].firstOperand) + place] }

  /// The number of results of a node.
  package func resultCount(of node: Int) -> Int { Int(nodes[node].resultCount) }

  /// The type of a value.
  package func type(of value: Value) -> TensorType {
    types[Int(resultList[Int(nodes[Int(value.node)].firstResult) + Int(value.output)])]
  }

  /// The number of the type of a node's result.
  func resultNumber(of node: Int, _ output: Int) -> Int32 { resultList[Int(nodes[node].firstResult) + output] }

  /// The number of an op, given it now if it is new.
  mutating func intern(_ op: any Op) -> Int32 {
    var hasher = Hasher()
    hasher.combine(ObjectIdentifier(Swift.type(of: op)))
    op.hash(into: &hasher)
    return intern(op, digest: hasher.finalize(), FusionClass.known(op))
  }

  /// The number here of an op that has a number in another arena.
  mutating func intern(op number: Int32, of other: GraphStore) -> Int32 {
    let place = Int(number)
    return intern(other.ops[place], digest: other.opDigests[place], other.opClasses[place])
  }

  private mutating func intern(_ op: any Op, digest: Int, _ fusion: @autoclosure () -> FusionClass?) -> Int32 {
    if let known = opIndex.number(of: digest, where: { ops[$0].isEqual(to: op) }) { return known }
    let number = Int32(ops.count)
    ops.append(op)
    opDigests.append(digest)
    opTypes.append(ObjectIdentifier(Swift.type(of: op)))
    opClasses.append(fusion())
    opIndex.add(number, of: digest)
    return number
  }

  /// The number of a type, given it now if it is new.
  mutating func intern(_ type: TensorType) -> Int32 {
    let digest = type.hashValue
    if let known = typeIndex.number(of: digest, where: { types[$0] == type }) { return known }
    let number = Int32(types.count)
    types.append(type)
    typeIndex.add(number, of: digest)
    return number
  }

  /// The node of an op on operands: the one there is, or a new one whose types `resultTypes` gives.
  ///
  /// - Complexity: O(operands) on average.
  package mutating func add<Fault: Error>(
    _ op: any Op, _ operands: [Value], resultTypes: () throws(Fault) -> [TensorType]
  ) throws(Fault) -> (node: Int, isNew: Bool) {
    let count = nodes.count
    let node = try add(intern(op), operands) { (store) throws(Fault) in
      for type in try resultTypes() { store.addResult(store.intern(type)) }
    }
    return (node, node == count)
  }

  /// The node of the op of another one, with its result types, on other operands of the same types.
  package mutating func add(like node: Int, _ operands: [Value]) -> Int {
    add(nodes[node].op, operands) { store in
      for output in 0..<store.resultCount(of: node) { store.addResult(store.resultNumber(of: node, output)) }
    }
  }

  /// Adds a result to the node that is being made, by the number of its type.
  mutating func addResult(_ type: Int32) { resultList.append(type) }

  /// The node of an op by its number: the one there is, or a new one, whose results `addResults` adds.
  mutating func add<Fault: Error>(
    _ number: Int32, _ operands: [Value], addResults: (inout GraphStore) throws(Fault) -> Void
  ) throws(Fault) -> Int {
    var slot = hash(number, operands) & (table.count - 1)
    while table[slot] >= 0 {
      let candidate = Int(table[slot])
      if nodes[candidate].op == number, self.operands(of: candidate).elementsEqual(operands) {
        return candidate
      }
      slot = (slot + 1) & (table.count - 1)
    }
    let firstResult = resultList.count
    try addResults(&self)
    let op = ops[Int(number)]
    let fusion = opClasses[Int(number)] ?? FusionClass.ofElementwise(op, operands.map { type(of: $0) })
    let node = Node(
      op: number, firstOperand: Int32(operandList.count), firstResult: Int32(firstResult),
      operandCount: Int16(operands.count), resultCount: Int16(resultList.count - firstResult), fusion: fusion,
      origin: -1)
    operandList.append(contentsOf: operands)
    table[slot] = Int32(nodes.count)
    nodes.append(node)
    if nodes.count * 2 > table.count { rehash() }
    return nodes.count - 1
  }

  private func hash(_ op: Int32, _ operands: some Sequence<Value>) -> Int {
    var state = UInt64(truncatingIfNeeded: op) &* 0x9E37_79B9_7F4A_7C15
    for operand in operands {
      state ^= UInt64(truncatingIfNeeded: operand.node) << 8 ^ UInt64(truncatingIfNeeded: operand.output)
      state = (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
    }
    return Int(truncatingIfNeeded: (state ^ state >> 32) & 0x7fff_ffff)
  }

  private mutating func rehash() {
    table = [Int32](repeating: -1, count: table.count * 2)
    for node in nodes.indices {
      var slot = hash(nodes[node].op, operands(of: node)) & (table.count - 1)
      while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = Int32(node)
    }
  }

  /// Notes where a node was made.
  package mutating func addOrigin(_ origin: Origin, to node: Int) {
    addOrigin(origins.intern(origin), to: node)
  }

  /// Notes where a node was made, by the number of the origin.
  mutating func addOrigin(_ number: Int32, to node: Int) {
    nodes[node].origin = origins.adding(number, before: nodes[node].origin)
  }

  /// Where a node was made: the latest place first.
  package func origins(of node: Int) -> [Origin] { origins.list(from: nodes[node].origin) }
}
