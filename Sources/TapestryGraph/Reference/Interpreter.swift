package import TapestryCore

/// Runs a graph by the reference meaning of its ops: slow, plain, and what everything else is held to.
///
/// Any stage of the compiler that is still a graph can be run so; nodes are visited in their own order, which is
/// topological, so depth costs nothing.
package struct Interpreter {
  private let graph: GraphStore

  package init(_ graph: GraphStore) { self.graph = graph }

  /// The arrays of some values, given those of inputs and variables by name and path.
  ///
  /// - Throws: what an op throws: a missing feed, an index out of range.
  package func evaluate(
    _ wanted: [Value], inputs: [String: NDArray] = [:], state: [String: NDArray] = [:]
  ) throws(TapestryError) -> [NDArray] {
    let results = try results(wanted, inputs: inputs, state: state)
    return wanted.map { results[Int($0.node)][Int($0.output)] }
  }

  /// The arrays of all nodes that some values depend on, by node; none of the others.
  ///
  /// - Throws: as `evaluate` does.
  package func results(
    _ wanted: [Value], inputs: [String: NDArray], state: [String: NDArray]
  ) throws(TapestryError) -> [[NDArray]] {
    let needed = graph.reach(of: wanted)
    var results = [[NDArray]](repeating: [], count: graph.count)
    for node in needed.indices where needed[node] {
      let op = graph.op(of: node)
      if let input = op as? InputOp, let value = inputs[input.name] {
        results[node] = [value]
      } else if let variable = op as? VariableOp, let value = state[variable.path] {
        results[node] = [value]
      } else {
        results[node] = try op.evaluate(
          graph.operands(of: node).map { results[Int($0.node)][Int($0.output)] })
      }
    }
    return results
  }
}
