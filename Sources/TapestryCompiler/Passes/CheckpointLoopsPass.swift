package import TapestryCore
import TapestryGraph
import TapestryTape

// Loops that keep their carries now and then instead of all that the gradient reads.
//
// The gradient of a loop is a loop in the other direction over residuals that the first one stacks: memory for every
// step. Where nothing else reads a stack it need not be kept. The steps are cut into blocks of n; the first loop keeps
// the carries each block starts from, and the loop that reads runs a block again from there, which stacks the residuals
// of n steps alone. Both become loops over blocks around loops over n steps:
//
//   c, r = scan(x) { step }          c, s = scan(blocks of x) { c in  keep c; scan(block) { step } }
//   scan(r, y) { back }              scan(s, blocks of x, blocks of y) { r = scan(block) { step }; scan(r, y) { back } }
//
// Higher derivatives are chains of loops, each over stacks of those before; a block runs all of them again, in order.
// The steps that are left where n does not divide the length come after the last block; a loop from the last step to
// the first runs them first. They are stacked as they were: fewer than n.
// Only a stack of a loop that turns around before it is read counts as residual: what a layer hands the next layer is kept,
// or each layer would run all those below it again.

/// Keeps the carries of loops every few steps, and runs the steps between again where their residuals are read.
package struct CheckpointLoopsPass: Pass {
  package let name = "checkpoint-loops"
  package let summary = "Keeps the carries of loops every few steps and runs blocks of steps again for the gradient."
  /// Steps of a block.
  let interval: Int

  package init(every interval: Int) { self.interval = interval }

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    var checkpoints = Checkpoints(program, interval)
    guard checkpoints.isNeeded else { return }
    var replay = ProgramReplay(program)
    program = replay.run { checkpoints.replacement(of: $1, in: &$0) }
    context.reads += replay.reads
    context.trail = RuleTrail()
  }
}

private struct Checkpoints {
  /// What a loop whose steps run again has kept.
  private struct Kept {
    /// For each carry what each block started from, stacked.
    let starts: [Tensor]
    /// The carries that the steps beside the blocks started from.
    let restStarts: [Tensor]
  }

  private let store: GraphStore
  private let interval: Int
  /// Stacks that are not kept.
  private var isRerun: Set<Value> = []
  /// Results of loops that something reads.
  private var isRead: Set<Value> = []
  private var kept: [Int: Kept] = [:]

  init(_ program: ProgramGraph, _ interval: Int) {
    store = program.store
    self.interval = interval
    findResiduals(program)
  }

  var isNeeded: Bool { !isRerun.isEmpty }

  /// Finds the stacks that only loops over the same steps read, slice by slice, after a turn.
  private mutating func findResiduals(_ program: ProgramGraph) {
    let reached = program.reachedNodes()
    let turns = Checkpoints.turns(store, reached)
    var readers: [Value: [Int]] = [:]
    var isKept = Set(program.roots.map(\.value))
    for node in reached.indices where reached[node] {
      let scan = store.op(of: node, as: Scan.self)
      for (place, operand) in store.operands(of: node).enumerated() {
        guard let scan, place >= scan.counts.carries, place < scan.counts.carries + scan.counts.slices else {
          isKept.insert(operand)
          continue
        }
        readers[operand, default: []].append(node)
      }
    }
    isRead = isKept.union(readers.keys)
    func isBlocked(_ scan: Scan) -> Bool { scan.length > interval && scan.depth < BodyOptions.deepest }
    for node in reached.indices where reached[node] {
      guard let scan = store.op(of: node, as: Scan.self), isBlocked(scan) else { continue }
      for output in scan.counts.carries..<scan.resultCount {
        let value = Value(node, output)
        guard let readers = readers[value], !isKept.contains(value) else { continue }
        let areResiduals = readers.allSatisfy { reader in
          guard let other = store.op(of: reader, as: Scan.self) else { return false }
          return other.length == scan.length && isBlocked(other) && turns[reader] > turns[node]
        }
        if areResiduals { isRerun.insert(value) }
      }
    }
  }

  /// For each node how often loops change direction on the way to it, at the most.
  private static func turns(_ store: GraphStore, _ reached: [Bool]) -> [Int] {
    var (forward, reverse) = ([Int](repeating: -1, count: reached.count), [Int](repeating: -1, count: reached.count))
    for node in reached.indices where reached[node] {
      for operand in store.operands(of: node) {
        forward[node] = max(forward[node], forward[Int(operand.node)])
        reverse[node] = max(reverse[node], reverse[Int(operand.node)])
      }
      guard let scan = store.op(of: node, as: Scan.self) else { continue }
      if scan.isReverse {
        reverse[node] = max(0, reverse[node], forward[node] + 1)
      } else {
        forward[node] = max(0, forward[node], reverse[node] + 1)
      }
    }
    return zip(forward, reverse).map(max)
  }

  /// A loop over blocks in the place of one that keeps, or reads, carries of blocks; nil for any other node.
  mutating func replacement(of node: Int, in replay: inout ProgramReplay) -> [Tensor]? {
    guard let scan = store.op(of: node, as: Scan.self) else { return nil }
    let keepsStarts = scan.body.outputs.indices.contains { isRerun.contains(Value(node, $0)) }
    guard keepsStarts || store.operands(of: node).contains(where: isRerun.contains) else { return nil }
    let chain = producers(of: node)
    let blocks = scan.length / interval
    let covered = blocks * interval
    let rest = scan.length - covered
    var wholes: [Value] = []
    for member in chain + [node] {
      for slice in slices(of: member) where !wholes.contains(slice) { wholes.append(slice) }
    }

    func runRest(from carries: [Tensor]) -> [Tensor] {
      guard rest > 0 else { return carries }
      let cuts = wholes.map { slice(replay[$0], axis: 0, covered..<scan.length) }
      let starts = chain.map { kept[$0]!.restStarts } + [carries]
      return steps(rest, chain, node, Array(zip(wholes, cuts)), starts, replay, stacking: nil)
    }
    let stacked = (scan.counts.carries..<scan.resultCount).filter {
      !isRerun.contains(Value(node, $0)) && isRead.contains(Value(node, $0))
    }
    func runBlocks(from carries: [Tensor]) -> ScanValues {
      let cuts = wholes.map { slice(replay[$0], axis: 0, 0..<covered).blocks(of: interval) }
      let starts = chain.map { kept[$0]!.starts }
      return TapestryGraph.scan(
        over: cuts + starts.flatMap { $0 }, from: carries, length: blocks, reversed: scan.isReverse
      ) { block in
        var left = block.inputs[cuts.count...]
        var blockStarts: [[Tensor]] = []
        for list in starts {
          blockStarts.append(Array(left.prefix(list.count)))
          left = left.dropFirst(list.count)
        }
        let results = steps(
          interval, chain, node, Array(zip(wholes, block.inputs)), blockStarts + [block.carries], replay,
          stacking: stacked)
        let outputs = results[scan.counts.carries...] + (keepsStarts ? block.carries : [])
        return (Array(results[..<scan.counts.carries]), Array(outputs))
      }
    }

    let first = scan.parts(store.operands(of: node).map { replay[$0] }).carries
    let (main, end, restStarts): (ScanValues, [Tensor], [Tensor])
    if scan.isReverse {
      end = runRest(from: first)
      main = runBlocks(from: Array(end[..<first.count]))
      restStarts = first
    } else {
      main = runBlocks(from: first)
      end = runRest(from: main.carries)
      restStarts = main.carries
    }
    if keepsStarts { kept[node] = Kept(starts: Array(main.outputs[stacked.count...]), restStarts: restStarts) }
    var results = scan.isReverse ? main.carries : Array(end[..<first.count])
    results += [Tensor](repeating: Tensor(replay.graph, .poison), count: scan.stackCount)
    for (place, output) in stacked.enumerated() {
      let whole = main.outputs[place].joinedBlocks
      results[output] = rest > 0 ? concatenate([whole, end[output]]) : whole
    }
    note(store.origins(of: node), at: results)
    return results
  }

  /// Runs the loops of a chain and then a loop over some steps; gives the results of the last.
  ///
  /// - Parameters:
  ///   - slices: what is kept of all they scan over, cut to these steps.
  ///   - starts: the first carries of each.
  ///   - stacked: which results of the last loop are stacked; nil for all results of all.
  private func steps(
    _ count: Int, _ chain: [Int], _ node: Int, _ slices: [(Value, Tensor)], _ starts: [[Tensor]],
    _ replay: ProgramReplay, stacking stacked: [Int]?
  ) -> [Tensor] {
    var known = Dictionary(slices) { first, _ in first }
    var results: [Tensor] = []
    for (member, start) in zip(chain + [node], starts) {
      guard let scan = store.op(of: member, as: Scan.self) else { continue }
      let places = scan.counts.carries..<scan.resultCount
      var outputs = Array(places)
      if let stacked { outputs = member == node ? stacked : places.filter { isRerun.contains(Value(member, $0)) } }
      let given = scan.parts(Array(store.operands(of: member)))
      let operands = start + given.slices.map { known[$0]! } + given.captures.map { replay[$0] }
      results = operands[0].graph.record(scan.over(count, stacking: outputs), operands)
      note(store.origins(of: member), at: results)
      for (place, output) in outputs.enumerated() {
        known[Value(member, output)] = results[scan.counts.carries + place]
      }
    }
    return results
  }

  /// The loops whose stacks a loop reads and that are not kept, and theirs in turn, in their order.
  private func producers(of node: Int) -> [Int] {
    var found: Set<Int> = []
    var pending = [node]
    while let next = pending.popLast() {
      for operand in store.operands(of: next) where isRerun.contains(operand) {
        if found.insert(Int(operand.node)).inserted { pending.append(Int(operand.node)) }
      }
    }
    return found.sorted()
  }

  /// What a loop scans over of what is kept.
  private func slices(of node: Int) -> [Value] {
    guard let scan = store.op(of: node, as: Scan.self) else { return [] }
    return scan.parts(Array(store.operands(of: node))).slices.filter { !isRerun.contains($0) }
  }

  /// Notes where the loop that results stand for was made.
  private func note(_ origins: [Origin], at results: [Tensor]) {
    for tensor in results where !tensor.isPoisoned {
      tensor.graph.withStore { store in
        for origin in origins.reversed() { store.addOrigin(origin, to: Int(tensor.value.node)) }
      }
    }
  }
}

extension Scan {
  /// The scan over another number of steps that stacks some of its results only.
  fileprivate func over(_ length: Int, stacking outputs: [Int]) -> Scan {
    let chosen = body.outputs[..<counts.carries] + outputs.map { body.outputs[$0] }
    return Scan(
      cutting: body.store, inputs: parts(body.inputs), outputs: Array(chosen), length: length, isReverse: isReverse)
  }

  /// How many loops are nested in it, itself counted.
  fileprivate var depth: Int { 1 + (body.store.ops.compactMap { ($0 as? Scan)?.depth }.max() ?? 0) }
}

extension Tensor {
  /// Axis 0 cut into blocks: [blocks, count, ...].
  fileprivate func blocks(of count: Int) -> Tensor {
    reshape(Shape([extent(0) / count, count] + shape.extents.dropFirst()))
  }

  /// Blocks along axis 0 as one axis.
  fileprivate var joinedBlocks: Tensor {
    reshape(Shape([extent(0) * extent(1)] + shape.extents.dropFirst(2)))
  }
}
