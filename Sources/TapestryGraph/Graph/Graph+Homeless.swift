package import TapestryCore

// A function of a list of tensors takes its graph from the first of them; an empty list has none. The fault is then kept
// by a graph of its own, and the poisoned tensor returned carries it into the first graph that meets it.
extension Graph {
  /// A poisoned tensor that belongs to no one's graph, for a fault found without a tensor to tell the graph.
  static func homeless(_ fault: TapestryError) -> Tensor {
    let graph = Graph()
    graph.diagnose(fault)
    return Tensor(graph, .poison)
  }

  /// The fault of an op that was given nothing to work on.
  package static func noOperands(_ op: String, at place: SourcePlace) -> Tensor {
    homeless(
      TapestryError(.invalidAttribute, "\(op) is given no tensors", remedy: "give at least one", at: place))
  }

  /// Hands the faults of homeless tensors on to the graph of the others; a poisoned tensor of that graph, or nil when none
  /// is homeless.
  static func adopted(_ operands: [Tensor]) -> Tensor? {
    guard operands.contains(where: \.isHomeless) else { return nil }
    guard let home = operands.first(where: { !$0.isHomeless })?.graph else { return operands.first }
    for tensor in operands where tensor.isHomeless { for fault in tensor.graph.diagnostics { home.diagnose(fault) } }
    return Tensor(home, .poison)
  }
}

extension Tensor {
  /// Whether it stands for a fault that no graph has taken over.
  var isHomeless: Bool { isPoisoned && graph.nodeCount == 0 && graph.parent == nil }
}
