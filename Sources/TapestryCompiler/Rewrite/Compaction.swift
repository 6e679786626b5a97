import TapestryCore
import TapestryGraph

/// Copies the nodes that roots reach into an arena of their own, in their order: dead code is what stays behind.
///
/// Two sweeps, both linear: downwards from the last node, marking operands, and upwards, copying. Result types are
/// taken over as they are. Inputs and variables that nothing reads lose their node but stay listed.
package struct Compaction {
  /// The copy.
  package private(set) var program: ProgramGraph
  /// The old node behind each new one.
  package private(set) var sources: [Int] = []
  /// Nodes read.
  package private(set) var reads = 0

  /// - Parameter keepsOrigins: whether the origins of a node are copied with it; else they are the caller's to add.
  package init(_ old: ProgramGraph, keepsOrigins: Bool = true) {
    let store = old.store
    let reached = old.reachedNodes()
    var new = GraphStore()
    var transfer = NodeTransfer(from: store)
    var operands: [Value] = []
    var place = [Int32](repeating: -1, count: store.count)
    for node in reached.indices where reached[node] {
      operands.removeAll(keepingCapacity: true)
      for operand in store.operands(of: node) {
        operands.append(Value(Int(place[Int(operand.node)]), Int(operand.output)))
      }
      let copy = new.copy(node, operands, by: &transfer)
      place[node] = Int32(copy)
      sources.append(node)
      if keepsOrigins { new.copyOrigins(of: node, to: copy, by: &transfer) }
    }
    reads = 2 * sources.count
    func moved(_ value: Value) -> Value {
      value.isPoison || place[Int(value.node)] < 0 ? .poison : Value(Int(place[Int(value.node)]), Int(value.output))
    }
    new.effects = store.effects.mapValues(moved)
    program = ProgramGraph(store: new, roots: old.roots.map { .init($0.target, moved($0.value)) })
  }

  /// A way for origins out of an arena into the copy, which has none yet.
  mutating func takeOrigins(from store: GraphStore) -> NodeTransfer {
    NodeTransfer(from: store, withOriginsInto: &program.store)
  }

  /// Gives a node of the copy the origins of a node of the arena `transfer` leads out of.
  mutating func copyOrigins(of old: Int, to node: Int, by transfer: inout NodeTransfer) {
    program.store.copyOrigins(of: old, to: node, by: &transfer)
  }
}

extension ProgramGraph {
  /// Which nodes the roots reach.
  package func reachedNodes() -> [Bool] { store.reach(of: roots.map(\.value)) }

  /// How many nodes the roots reach.
  package var reachedCount: Int { reachedNodes().count { $0 } }
}

extension GraphStore {
  /// The types of all results of a node.
  func resultTypes(of node: Int) -> [TensorType] {
    (0..<resultCount(of: node)).map { type(of: Value(node, $0)) }
  }
}

extension Effects {
  /// The effects of the same program in another arena.
  func mapValues(_ moved: (Value) -> Value) -> Effects {
    var copy = self
    for place in copy.inputs.indices { copy.inputs[place].value = moved(inputs[place].value) }
    for place in copy.reports.indices { copy.reports[place].value = moved(reports[place].value) }
    for place in copy.variables.indices { copy.variables[place].current = moved(variables[place].current) }
    return copy
  }
}
