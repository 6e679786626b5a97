package import TapestryCore
import TapestryGraph

// Unrolling: each scan replaced by its steps, one after the other.
//
// The body's nodes are copied once for each step; carries of a step are the values of the step before, slices are cuts
// along axis 0, captures are what they are, and what is stacked is concatenated. A body may hold scans, so the
// pass goes over the program again until none is left; nesting is shallow, so that ends soon.

/// Replaces scans by their steps.
package struct UnrollPass: Pass {
  package let name = "unroll"
  package let summary = "Replaces each loop by its steps, one after the other."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    while program.holdsScan {
      var replay = ProgramReplay(program)
      program = replay.run { replay, node in
        replay.old.store.op(of: node, as: Scan.self).map { $0.unrolled(replay.old.store.operands(of: node), &replay) }
      }
      context.reads += replay.reads
    }
    context.trail = RuleTrail()
  }
}

extension Scan {
  /// The results of the scan on operands of the old program, step by step.
  fileprivate func unrolled(_ operands: ArraySlice<Value>, _ replay: inout ProgramReplay) -> [Tensor] {
    let given = parts(operands.map { replay[$0] })
    var carries = given.carries
    var stacks = [[Tensor]](repeating: [], count: stackCount)
    for step in 0..<length {
      let place = isReverse ? length - 1 - step : step
      let slices = given.slices.map { whole in
        slice(whole, axis: 0, place..<place + 1).reshape(Shape(Array(whole.shape.extents.dropFirst())))
      }
      var inner: [Value: Tensor] = [:]
      for (input, tensor) in zip(body.inputs, carries + slices + given.captures) { inner[input] = tensor }
      for node in 0..<body.store.count where inner[Value(node)] == nil {
        let results = replay.copy(node, of: body.store, body.store.operands(of: node).map { inner[$0]! })
        for (output, result) in results.enumerated() { inner[Value(node, output)] = result }
      }
      let outputs = body.outputs.map { inner[$0]! }
      carries = Array(outputs[..<counts.carries])
      for (number, output) in outputs[counts.carries...].enumerated() { stacks[number].append(output) }
    }
    if isReverse { for number in stacks.indices { stacks[number].reverse() } }
    return carries + stacks.enumerated().map { $1.isEmpty ? empty($0, replay.graph) : stack($1) }
  }

  /// What a scan over nothing stacks.
  private func empty(_ number: Int, _ graph: Graph) -> Tensor {
    let type = body.type(ofOutput: counts.carries + number)
    return graph.constant(NDArray(zeros: Shape([0] + type.shape.extents), type.dtype))
  }
}

extension ProgramGraph {
  /// Whether a scan is reached.
  fileprivate var holdsScan: Bool {
    let reached = reachedNodes()
    return reached.indices.contains { reached[$0] && store.isOp($0, Scan.self) }
  }
}
