package import TapestryCore
import TapestryGraph

// Rerolling: steps written out one after the other become a loop.
//
// A recurrence written as a Swift `for`, and its gradient, are steps that repeat (`RepeatedPieces`). What makes loops fast
// is then done for them as for a `scan`: products of all steps made before and after the loop, rows cut into parts that
// never wait for each other, weights packed once. The body is cut from a step in the middle. What later nodes read of
// the steps is stacked, and read as a slice of the stack. A sequence of slices that the steps read becomes the tensor they
// are slices of; of stacks of other loops, too, so the gradient's loop reads what the forward loop stacked.
//
// Steps are recorded as they are where anything is in doubt: another op or type, a random stream of its own for each
// step, a value of two steps before.

/// Makes loops of steps that were written out.
package struct RerollPass: Pass {
  package let name = "reroll"
  package let summary = "Makes a loop of steps that were written one after the other."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    let pieces = RepeatedPieces(program)
    context.reads += pieces.reads
    let found = pieces.runs.compactMap { RepeatedSteps($0, of: pieces) }
    guard !found.isEmpty else { return }
    let loops = LoopsOfSteps(found, program)
    var replay = ProgramReplay(program)
    program = replay.run { replay, node in loops.results(of: node, &replay) }
    context.reads += replay.reads + found.reduce(0) { $0 + $1.reads }
    context.trail = RuleTrail()
  }
}

/// The loops that steps become, and what of them is read outside of each.
private struct LoopsOfSteps {
  private var loops: [LoopOfSteps] = []
  /// By node the loop that computes it, and step and position there; -1 for nodes that stay as they are.
  private var loop: [Int]
  private var spot: [(step: Int, position: Int)]
  /// By node the loops that are recorded in its place.
  private var recorded: [Int: Range<Int>] = [:]

  init(_ found: [RepeatedSteps], _ program: ProgramGraph) {
    loop = [Int](repeating: -1, count: program.store.count)
    spot = loop.map { _ in (0, 0) }
    for steps in found {
      let stages = steps.stages
      let parts = (0...(stages.max() ?? 0)).compactMap { stage in
        LoopOfSteps(steps, stages.indices.map { stages[$0] == stage && !steps.isOutside[$0] })
      }
      guard parts.count == stages.max()! + 1 else { continue }
      recorded[steps.lastNode] = loops.count..<loops.count + parts.count
      for part in parts {
        for step in steps.steps {
          for position in stages.indices where part.holds[position] {
            let node = steps.node(position, step)
            (loop[node], spot[node]) = (loops.count, (step, position))
          }
        }
        loops.append(part)
      }
    }
    findReads(program)
  }

  /// Finds what is read outside of the loop that computes it.
  private mutating func findReads(_ program: ProgramGraph) {
    var isRead: Set<Value> = []
    func note(_ value: Value) {
      let made = value.isPoison ? -1 : loop[Int(value.node)]
      guard made >= 0, isRead.insert(value).inserted else { return }
      let (step, position) = spot[Int(value.node)]
      loops[made].reads.append((step, position, Int(value.output)))
    }
    let reached = program.reachedNodes()
    for node in reached.indices where reached[node] && loop[node] < 0 {
      for value in program.store.operands(of: node) { note(value) }
    }
    for loop in loops { loop.given.forEach(note) }
    for root in program.roots { note(root.value) }
    for variable in program.store.effects.variables { note(variable.current) }
  }

  /// What a node becomes: nil where it stays as it is.
  func results(of node: Int, _ replay: inout ProgramReplay) -> [Tensor]? {
    for number in recorded[node] ?? 0..<0 { loops[number].record(in: &replay) }
    return loop[node] < 0 ? nil : replay.results(of: node)
  }
}
