/// The names of the nodes that are shown, in text and drawing alike: `%` and a number counted without gaps.
struct NodeNames {
  private var numbers: [Int32]
  private var hasSeveral: [Bool]

  init(_ store: GraphStore, shown: [Bool]) {
    numbers = [Int32](repeating: -1, count: shown.count)
    hasSeveral = store.nodes.map { $0.resultCount > 1 }
    var next: Int32 = 0
    for node in shown.indices where shown[node] {
      numbers[node] = next
      next += 1
    }
  }

  func isShown(_ node: Int) -> Bool { numbers.indices.contains(node) && numbers[node] >= 0 }

  func number(of node: Int) -> Int { Int(numbers[node]) }

  subscript(node: Int) -> String { "%\(numbers[node])" }

  /// The name of a result: `%4`, or `%4.1` where the node has several.
  subscript(value: Value) -> String {
    let node = Int(value.node)
    return hasSeveral[node] ? "\(self[node]).\(value.output)" : self[node]
  }
}
