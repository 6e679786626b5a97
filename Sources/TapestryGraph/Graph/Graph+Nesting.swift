import TapestryCore

// The body of a scan is traced as a graph of its own inside another. An expression in the body may use tensors of the
// surrounding graph: each becomes an input of the body, once, and the scan passes its value in. Numbers are simply
// made again. The step's number is an input too, made when something asks for it.
extension Graph {
  /// The innermost of the graphs that tensors belong to, with all of them as tensors of it; nil when one of them does
  /// not surround it.
  static func joined(_ tensors: [Tensor]) -> (Graph, [Tensor])? {
    guard var home = tensors.first?.graph else { return nil }
    for tensor in tensors where tensor.graph.depth > home.depth { home = tensor.graph }
    var captured: [Tensor] = []
    for tensor in tensors {
      guard let own = home.capturing(tensor) else { return nil }
      captured.append(own)
    }
    return (home, captured)
  }

  /// A tensor of this graph or a surrounding one as a tensor of this graph; nil for any other.
  func capturing(_ tensor: Tensor) -> Tensor? {
    if tensor.graph === self { return tensor }
    guard let parent, let outer = parent.capturing(tensor) else { return nil }
    if outer.isPoisoned { return Tensor(self, .poison) }
    if let known = withStore({ $0.effects.captureIndex[outer.value] }) { return Tensor(self, known) }
    let (op, origins) = parent.withStore { store in
      (store.op(of: Int(outer.value.node)), store.origins(of: Int(outer.value.node)))
    }
    let origin = origins.first
    let scope = origin?.scope ?? ""
    // A number beside a tensor is made again; a constant that someone holds may be differentiated by.
    if let number = op as? ConstantOp, origins.allSatisfy({ $0.place == nil }) {
      return record(number, in: scope, at: nil)
    }
    let count = withStore { $0.effects.captures.count }
    let inner = record(InputOp(name: "capture \(count)", type: outer.type), in: scope, at: origin?.place)
    withStore { store in
      store.effects.captures.append((outer.value, inner.value))
      store.effects.captureIndex[outer.value] = inner.value
    }
    return inner
  }

  /// The graph that no other surrounds.
  package var outermost: Graph {
    var graph = self
    while let parent = graph.parent { graph = parent }
    return graph
  }

  /// The graph of the step being traced at present, or this one.
  package var innermost: Graph {
    var graph = self
    while let body = graph.withStore({ $0.effects.tracedBody }) { graph = body }
    return graph
  }

  /// In the body of a scan the number of the step, counted over all surrounding scans; nil outside.
  var stepNumber: Tensor? {
    guard let parent else { return nil }
    let count = withStore { $0.effects.stepCount }
    return parent.stepNumber.map { $0 * count + stepIndex } ?? stepIndex
  }

  /// In the body of a scan the index of the step's slices.
  var stepIndex: Tensor {
    if let known = withStore({ $0.effects.stepIndex }) { return Tensor(self, known) }
    let index = record(InputOp(name: "index", type: TensorType(.int32, [])), in: "", at: nil)
    withStore { $0.effects.stepIndex = index.value }
    return index
  }
}
