package import TapestryCore
import TapestryGraph

// Loops without what nobody reads.
//
// Which results of a scan are read is known from what comes behind it, so nodes are visited from the last to the first,
// value by value. A carry is needed when its last value is read, or when the step needs it for something that is
// needed; an operand, when the step needs its slices. So a stack that only a dropped part of the next loop read is
// dropped, too. What a step stacks of the slices it is given is what those are slices of, and what it stacks twice is
// one stack.

/// Drops results, carries and operands of loops that nothing needs.
package struct TrimLoopsPass: Pass {
  package let name = "trim-loops"
  package let summary = "Drops what loops compute, hand on and stack and nothing reads."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    guard program.store.hasOp(Scan.self) else { return }
    let store = program.store
    var isRead = Set(program.roots.map(\.value))
    var trimmed: [Int: TrimmedLoop] = [:]
    for node in program.reachedNodes().indices.reversed() {
      context.reads += 1
      let results = (0..<store.resultCount(of: node)).filter { isRead.contains(Value(node, $0)) }
      guard !results.isEmpty else { continue }
      let operands = Array(store.operands(of: node))
      guard let scan = store.op(of: node, as: Scan.self) else {
        isRead.formUnion(operands)
        continue
      }
      let loop = TrimmedLoop(scan, reading: results)
      isRead.formUnion(loop.operands.map { operands[$0] })
      if !loop.isWhole { trimmed[node] = loop }
    }
    guard !trimmed.isEmpty else { return }
    var replay = ProgramReplay(program)
    program = replay.run { replay, node in
      trimmed[node].map { loop in
        loop.results(
          store.operands(of: node).enumerated().map { loop.operands.contains($0) ? replay[$1] : nil }, in: replay.graph,
          store.origins(of: node))
      }
    }
    context.reads += replay.reads
    context.trail = RuleTrail()
  }
}

/// What is left of a scan of which some results are read.
private struct TrimmedLoop {
  private let scan: Scan
  private let results: [Int]
  /// Carries and inputs that stay, by place.
  private let carries: [Int]
  private let inputs: [Int]
  /// The values stacked.
  private let stacks: [Value]
  /// The operands read, those of passed-on slices among them.
  let operands: Set<Int>

  init(_ scan: Scan, reading results: [Int]) {
    let body = scan.body
    let slices = scan.counts.carries..<scan.counts.carries + scan.counts.slices
    var passed: Set<Int> = []
    var stacks: [Value] = []
    for output in results where output >= scan.counts.carries {
      let value = body.outputs[output]
      if let slice = slices.first(where: { body.inputs[$0] == value }) {
        passed.insert(slice)
      } else if !stacks.contains(value) {
        stacks.append(value)
      }
    }
    var carries = Set(results.filter { $0 < scan.counts.carries })
    var isNeeded: [Bool]
    repeat {
      isNeeded = body.store.reach(of: stacks + carries.sorted().map { body.outputs[$0] })
      let more = (0..<scan.counts.carries).filter {
        !carries.contains($0) && isNeeded[Int(body.inputs[$0].node)]
      }
      carries.formUnion(more)
      if more.isEmpty { break }
    } while true
    self.scan = scan
    self.results = results
    self.carries = carries.sorted()
    self.stacks = stacks
    inputs = body.inputs.indices.dropFirst(scan.counts.carries).filter { isNeeded[Int(body.inputs[$0].node)] }
    operands = carries.union(inputs).union(passed)
  }

  /// Whether nothing is dropped.
  var isWhole: Bool {
    carries.count == scan.counts.carries && stacks.count == scan.stackCount
      && inputs.count == scan.counts.slices + scan.counts.captures
  }

  /// The results of the scan, with a poisoned tensor for each that nothing reads.
  func results(_ operands: [Tensor?], in graph: Graph, _ origins: [Origin]) -> [Tensor] {
    let body = scan.body
    let isSlice = { (input: Int) in input < scan.counts.carries + scan.counts.slices }
    let cut = ScanParts(carries: carries, slices: inputs.filter(isSlice), captures: inputs.filter { !isSlice($0) })
    func values(_ places: [Int]) -> [Value] { places.map { body.inputs[$0] } }
    let outputs = carries.map { body.outputs[$0] } + stacks
    let loop = Scan(
      cutting: body.store,
      inputs: ScanParts(carries: values(cut.carries), slices: values(cut.slices), captures: values(cut.captures)),
      outputs: outputs, length: scan.length, isReverse: scan.isReverse)
    let looped = outputs.isEmpty ? [] : graph.record(loop, cut.all.compactMap { operands[$0] })
    for tensor in looped.prefix(1) {
      graph.withStore { store in
        for origin in origins.reversed() { store.addOrigin(origin, to: Int(tensor.value.node)) }
      }
    }
    return (0..<scan.resultCount).map { output in
      guard results.contains(output) else { return Tensor(graph, .poison) }
      if output < scan.counts.carries { return looped[carries.firstIndex(of: output)!] }
      if let place = stacks.firstIndex(of: body.outputs[output]) { return looped[carries.count + place] }
      return operands[body.inputs.firstIndex(of: body.outputs[output])!]!
    }
  }
}
