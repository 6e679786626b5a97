import Synchronization
package import TapestryCore
import TapestryGraph

// The steps of loops.
//
// The body of a scan is a graph of its own, so it goes through a plan of passes of its own. Then the scan is recorded
// anew on the simplified body, and what is the same in every step leaves it: a node that depends on captures and
// constants alone is recorded outside, and its value captured. Views stay inside (they cost nothing, and outside they
// might have to be copied), and so does what a loop of no steps would never have computed. But a transpose that products
// multiply by leaves: outside it is copied once, where each step would turn it again.
// Three sweeps over the body, none recursive: upwards, which nodes are the same in every step; downwards, which values
// are needed inside; upwards again, recording each node where it belongs. The bodies made are remembered, so none is
// simplified twice. Of a loop of one step everything leaves: the loop is its step.

/// Simplifies the steps of loops and moves out of them what is the same in every step.
package struct LoopsPass: Pass {
  package let name = "loops"
  package let summary = "Runs the passes on the steps of loops and moves out what every step repeats."
  /// The passes a step goes through.
  let plan: PassPlan

  package init(_ plan: PassPlan) { self.plan = plan }

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    guard program.store.hasOp(Scan.self) else { return }
    try RulePass(name, summary, [LoopsPass.rule("a loop's step is simplified", plan)]).run(&program, &context)
  }

  /// The rule that takes the steps of loops through a plan, and what is the same in every step out of them.
  static func rule(_ name: String, _ plan: PassPlan) -> Rule {
    let simplified = SimplifiedSteps()
    return Rule(name, on: Scan.self, .reassociates) { (m: Match<Scan>) -> [Tensor]? in
      guard m.op.length > 0, m.op.counts.carries + m.op.counts.slices > 0, !simplified.contains(m.op.body) else {
        return nil
      }
      let roots = m.op.body.outputs.enumerated().map { ProgramGraph.Root(.output("\($0)"), $1) }
      // A fault of a pass shows when the pass runs on the program itself; the loop stays as it is.
      guard let step = try? plan.run(ProgramGraph(store: m.op.body.store, roots: roots)) else { return nil }
      let parts = m.op.parts(m.operands)
      if m.op.length == 1 {
        let slices = parts.slices.map { $0.reshape(Shape(Array($0.shape.extents.dropFirst()))) }
        let values = step.recorded(in: m.result.graph, carries: parts.carries, slices: slices, captures: parts.captures)
        let stacks = values[m.op.counts.carries...].map { $0.reshape(Shape([1] + $0.shape.extents)) }
        return values[..<m.op.counts.carries] + stacks
      }
      let results = scan(
        over: parts.slices, from: parts.carries, length: m.op.length, reversed: m.op.isReverse
      ) { inside in
        guard let body = (inside.carries + inside.inputs).first?.graph else { return ([], []) }
        var replay = StepReplay(step, m.result.graph, body)
        let values = replay.run(carries: inside.carries, slices: inside.inputs, captures: parts.captures)
        return (Array(values[..<m.op.counts.carries]), Array(values[m.op.counts.carries...]))
      }
      let all = results.carries + results.outputs
      if let scan = all.first.flatMap({ m.node($0, Scan.self) }) { simplified.insert(scan.op.body) }
      return all
    }
  }
}

/// The bodies one run of the pass has made.
private final class SimplifiedSteps: Sendable {
  private let bodies = Mutex<Set<ScanBody>>([])

  func contains(_ body: ScanBody) -> Bool { bodies.withLock { $0.contains(body) } }
  func insert(_ body: ScanBody) { bodies.withLock { _ = $0.insert(body) } }
}

extension ProgramGraph {
  /// Records the only step of a loop as nodes of the program around it; gives its results.
  fileprivate func recorded(in graph: Graph, carries: [Tensor], slices: [Tensor], captures: [Tensor]) -> [Tensor] {
    let given = Scan.named(carries: carries, slices: slices, captures: captures)
    var values = [[Tensor]](repeating: [], count: store.count)
    for node in values.indices {
      let operands = store.operands(of: node).map { values[Int($0.node)][Int($0.output)] }
      let input = store.op(of: node, as: InputOp.self).flatMap { given[$0.name] }
      values[node] = input.map { [$0] } ?? graph.record(any: store.op(of: node), operands)
    }
    return roots.map { values[Int($0.value.node)][Int($0.value.output)] }
  }
}

/// Records a step again: inside the body what changes from step to step, outside what does not.
private struct StepReplay {
  private let step: ProgramGraph
  private let outside: Graph
  private let body: Graph
  /// Whether a node is a transpose, and the right operand of products.
  private let multiplies: [Bool]

  init(_ step: ProgramGraph, _ outside: Graph, _ body: Graph) {
    self.step = step
    self.outside = outside
    self.body = body
    var multiplies = [Bool](repeating: false, count: step.store.count)
    for node in multiplies.indices where step.store.isOp(node, Dot.self) {
      let right = Int(step.store.operand(1, of: node).node)
      if let view = step.store.op(of: right, as: Transpose.self) { multiplies[right] = view.swapsLastTwo }
    }
    self.multiplies = multiplies
  }

  mutating func run(carries: [Tensor], slices: [Tensor], captures: [Tensor]) -> [Tensor] {
    let store = step.store
    let given = Scan.named(
      carries: carries.map { (tensor: $0, isSame: false) }, slices: slices.map { (tensor: $0, isSame: false) },
      captures: captures.map { (tensor: $0, isSame: true) })
    func input(_ node: Int) -> (tensor: Tensor, isSame: Bool)? {
      store.op(of: node, as: InputOp.self).flatMap { given[$0.name] }
    }

    var isSame = [Bool](repeating: true, count: store.count)
    for node in isSame.indices {
      isSame[node] = input(node)?.isSame ?? store.operands(of: node).allSatisfy { isSame[Int($0.node)] }
    }
    // Inside are needed the results, the operands of what changes, and what the views taken inside are taken of.
    var isInside = [Bool](repeating: false, count: store.count)
    for root in step.roots { isInside[Int(root.value.node)] = true }
    for node in isInside.indices.reversed() where isInside[node] && (!isSame[node] || staysInside(node)) {
      for operand in store.operands(of: node) { isInside[Int(operand.node)] = true }
    }
    var outer = [[Tensor]](repeating: [], count: store.count)
    var inner = outer
    for node in outer.indices {
      let operands = store.operands(of: node)
      if let input = input(node) {
        if input.isSame { outer[node] = [input.tensor] } else { inner[node] = [input.tensor] }
      } else if isSame[node] {
        outer[node] = outside.record(any: store.op(of: node), operands.map { outer[Int($0.node)][Int($0.output)] })
      }
      guard isInside[node], inner[node].isEmpty else { continue }
      inner[node] =
        isSame[node] && !staysInside(node)
        ? outer[node].map { capture($0, beside: carries.first ?? slices[0]) }
        : body.record(any: store.op(of: node), operands.map { inner[Int($0.node)][Int($0.output)] })
    }
    return step.roots.map { inner[Int($0.value.node)][Int($0.value.output)] }
  }

  /// Whether a node that is the same in every step is recorded inside all the same.
  private func staysInside(_ node: Int) -> Bool {
    let op = step.store.op(of: node)
    return op.fusion == .view && !multiplies[node] || op is ConstantOp || op is Iota
  }

  /// The body's own name for a tensor outside: an operand of any op recorded inside becomes one.
  private func capture(_ tensor: Tensor, beside changing: Tensor) -> Tensor {
    let mark = body.record(Beside(), [tensor, changing])[0]
    return Tensor(body, body.withStore { $0.operands(of: Int(mark.value.node)).first } ?? mark.value)
  }
}

/// A mark in a body that is being traced, which nothing reads: its first operand is captured.
private struct Beside: Op {
  static let name = "beside"
  static let summary = "The first operand."
  func resultTypes(of operands: [TensorType]) -> [TensorType] { [operands[0]] }
  func evaluate(_ operands: [NDArray]) -> [NDArray] { [operands[0]] }
}

extension Graph {
  /// Records an op of a type not known.
  func record(any op: any Op, _ operands: [Tensor]) -> [Tensor] {
    func record(_ op: some Op) -> [Tensor] { self.record(op, operands) }
    return record(op)
  }
}
