import TapestryCore
import TapestryGraph

// The tape as a DOT file: a frame for each wave with its instructions and the memory they write, loops as frames around
// the waves of their bodies, edges from memory to the instructions that read it.
//
// Memory is used again, so a place is drawn once for each time it is written; a read belongs to the latest write of its
// exact place, or else to the nearest written place below it (a slice of a buffer). Places that nothing reads any more are
// forgotten after the step that says so. Instructions are in tape order, so the same tape gives the same bytes.

extension Tape {
  /// The drawing.
  package var drawing: String {
    var drawing = TapeDrawing(self)
    return drawing.write()
  }
}

private struct TapeDrawing {
  private struct Place: Hashable {
    let space: Space
    let slot: Int32
    let offset: Int
  }

  private let tape: Tape
  private var out = DOTText()
  private var edges: [String] = []
  private var drawnEdges: Set<String> = []
  /// By place: the box of its latest contents.
  private var latest: [Place: String] = [:]
  private var boxes = 0

  init(_ tape: Tape) { self.tape = tape }

  mutating func write() -> String {
    out.begin("tape")
    for slot in tape.feeds.indices {
      leaf(.feed, slot, "input \(tape.feeds[slot].name)", tape.feeds[slot].type.description)
    }
    for slot in tape.state.indices { leaf(.state, slot, tape.state[slot].name, tape.state[slot].type.description) }
    for slot in tape.constants.indices {
      leaf(.constant, slot, "constant \(slot)", tape.constants[slot].description.shortened(to: 40))
    }
    var (wave, loops) = (0, 0)
    for (number, step) in tape.steps.enumerated() {
      switch step.kind {
      case .loopBegin:
        out.open("subgraph \"cluster_loop\(loops)\"")
        out.add("label=\"loop \(step.count) times\"; color=\"#8e24aa\"; style=\"rounded,bold\";")
        loops += 1
      case .loopEnd: out.close()
      case .wave:
        out.open("subgraph \"cluster_wave\(wave)\"")
        let kind = (step.isParallel ? " parallel" : "") + (step.commits ? " commits" : "")
        out.add("label=\"wave \(wave)\(kind)\"; color=\"#b0bec5\"; style=\"rounded,filled\"; fillcolor=\"#fafafa\";")
        for index in step.first..<step.first + step.count { draw(index) }
        out.close()
        wave += 1
      }
      forget(after: number)
    }
    for (slot, source) in zip(tape.outputs, tape.outputSources) {
      boxes += 1
      out.add("m\(boxes) [label=\"\(DOTText.label([slot.name, "\(slot.type)"]))\", shape=doubleoctagon];")
      edge(box(of: source), "m\(boxes)")
    }
    for line in edges { out.add(line) }
    out.close()
    return out.text
  }

  private mutating func leaf(_ space: Space, _ slot: Int, _ name: String, _ type: String) {
    let (shape, fill) =
      switch space {
      case .feed: ("invhouse", "#c8e6c9")
      case .state: ("cylinder", "#ffe082")
      default: ("note", "#eceff1")
      }
    memory(
      Place(space: space, slot: Int32(slot), offset: 0), [name, type],
      "shape=\(shape), style=filled, fillcolor=\"\(fill)\"")
  }

  /// A box for the contents a place gets.
  private mutating func memory(_ place: Place, _ lines: [String], _ look: String) {
    boxes += 1
    latest[place] = "m\(boxes)"
    out.add("m\(boxes) [label=\"\(DOTText.label(lines.map { $0.shortened(to: 60) }))\", \(look)];")
  }

  private mutating func draw(_ index: Int) {
    let instruction = tape.instructions[index]
    let (reads, writes) = tape.accesses(of: index)
    var lines = [
      "\(index): \(tape.name(of: instruction.routine)) \(instruction.dtype)", tape.labels[index].shortened(to: 60),
    ]
    if instruction.region >= 0 { lines.append(tape.regions[Int(instruction.region)].text) }
    out.add(
      "i\(index) [label=\"\(DOTText.label(lines))\", shape=box, style=\"filled,rounded\", fillcolor=\"#bbdefb\"];")
    for read in reads { edge(box(of: tape.operands[read]), "i\(index)") }
    for write in writes {
      let operand = tape.operands[write]
      let isState = operand.space == .state
      let name = isState ? tape.state[Int(operand.slot)].name : operand.text
      let look =
        isState
        ? "shape=cylinder, style=\"filled,dashed\", fillcolor=\"#e1bee7\""
        : "shape=oval, style=filled, fillcolor=\"#ffffff\""
      memory(Place(space: operand.space, slot: operand.slot, offset: operand.offset), [name], look)
      edge("i\(index)", "m\(boxes)")
    }
  }

  private mutating func edge(_ from: String?, _ to: String) {
    guard let from, drawnEdges.insert("\(from) -> \(to)").inserted else { return }
    edges.append("\(from) -> \(to);")
  }

  /// The box of what an operand reads.
  private func box(of operand: Operand) -> String? {
    if let exact = latest[Place(space: operand.space, slot: operand.slot, offset: operand.offset)] { return exact }
    let below = latest.filter {
      $0.key.space == operand.space && $0.key.slot == operand.slot && $0.key.offset < operand.offset
    }
    return below.max { $0.key.offset < $1.key.offset }?.value
  }

  private mutating func forget(after step: Int) {
    for range in tape.deadAfter[step] {
      latest = latest.filter { $0.key.space != .arena || !range.contains($0.key.offset) }
    }
  }
}
