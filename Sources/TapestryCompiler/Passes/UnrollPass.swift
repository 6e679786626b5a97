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
  package let tags = ["loops"]
  package let summary = "Replaces each loop by its steps, one after the other."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    while program.holdsScan {
      var unroller = Unroller(program)
      program = unroller.run()
      context.reads += unroller.reads
    }
  }
}

private struct Unroller {
  private let old: ProgramGraph
  private let graph = Graph()
  private(set) var reads = 0
  /// For each value of the old graph the tensor it became.
  private var moved: [Value: Tensor] = [:]

  init(_ program: ProgramGraph) { old = program }

  mutating func run() -> ProgramGraph {
    let reached = old.reachedNodes()
    for node in reached.indices where reached[node] {
      reads += 1
      let operands = old.store.operands(of: node).map { moved[$0]! }
      let results: [Tensor]
      if let scan = old.store.op(of: node) as? Scan {
        results = unrolled(scan, operands)
      } else {
        results = copy(node, of: old.store, operands)
      }
      for (output, result) in results.enumerated() { moved[Value(node, output)] = result }
    }
    graph.withStore { [effects = old.store.effects, moved] in
      $0.effects = effects.mapValues { moved[$0]?.value ?? .poison }
    }
    let roots = old.roots.map { ProgramGraph.Root($0.target, moved[$0.value]!.value) }
    return ProgramGraph(store: graph.snapshot, roots: roots)
  }

  private func copy(_ node: Int, of store: GraphStore, _ operands: [Tensor]) -> [Tensor] {
    let types = store.resultTypes(of: node)
    let origins = store.origins(of: node)
    return graph.withStore { new in
      let place = new.add(store.op(of: node), operands.map(\.value)) { types }.node
      for origin in origins.reversed() { new.addOrigin(origin, to: place) }
      return types.indices.map { Tensor(graph, Value(place, $0)) }
    }
  }

  private mutating func unrolled(_ scan: Scan, _ operands: [Tensor]) -> [Tensor] {
    let given = scan.parts(operands)
    let body = scan.body.store
    var carries = given.carries
    var stacks = [[Tensor]](repeating: [], count: scan.stackCount)
    for step in 0..<scan.length {
      let place = scan.isReverse ? scan.length - 1 - step : step
      let slices = given.slices.map { whole in
        slice(whole, axis: 0, place..<place + 1).reshape(Shape(Array(whole.shape.extents.dropFirst())))
      }
      var inner: [Value: Tensor] = [:]
      for (input, tensor) in zip(scan.body.inputs, carries + slices + given.captures) { inner[input] = tensor }
      for node in 0..<body.count where inner[Value(node)] == nil {
        reads += 1
        let results = copy(node, of: body, body.operands(of: node).map { inner[$0]! })
        for (output, result) in results.enumerated() { inner[Value(node, output)] = result }
      }
      let outputs = scan.body.outputs.map { inner[$0]! }
      carries = Array(outputs[..<scan.counts.carries])
      for (number, output) in outputs[scan.counts.carries...].enumerated() { stacks[number].append(output) }
    }
    if scan.isReverse { for number in stacks.indices { stacks[number].reverse() } }
    let stacked = stacks.enumerated().map { number, rows in
      rows.isEmpty ? empty(scan, number) : stack(rows)
    }
    return carries + stacked
  }

  /// What a scan over nothing stacks.
  private func empty(_ scan: Scan, _ number: Int) -> Tensor {
    let type = scan.body.type(ofOutput: scan.counts.carries + number)
    return graph.constant(NDArray(zeros: Shape([0] + type.shape.extents), type.dtype))
  }
}

extension ProgramGraph {
  /// Whether a scan is reached.
  fileprivate var holdsScan: Bool {
    let reached = reachedNodes()
    return reached.indices.contains { reached[$0] && store.op(of: $0) is Scan }
  }
}
