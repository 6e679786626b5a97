import TapestryCore
package import TapestryGraph

// The tape as a drawing: a frame for each wave with its instructions and the memory they write, loops as frames around
// the waves of their bodies, edges from memory to the instructions that read it.
//
// Memory is used again, so a place is drawn once for each time it is written; a read belongs to the latest write of its
// exact place, or else to the nearest written place below it (a slice of a buffer). Places that nothing reads any more are
// forgotten after the step that says so. Instructions are in tape order, so the same tape gives the same bytes.

extension Tape {
  /// The drawing.
  ///
  /// - Parameter phases: what each instruction is for.
  package func diagram(_ phases: [Phase]) -> Diagram {
    var drawing = TapeDrawing(self, phases)
    return drawing.make()
  }
}

private struct TapeDrawing {
  private struct Edge: Hashable {
    let from: Int
    let to: Int
  }

  /// A slot of a space.
  private struct Slot: Hashable {
    let space: Space
    let slot: Int32
  }

  private let tape: Tape
  private let phases: [Phase]
  private var diagram = Diagram("tape")
  private var edges: Set<Edge> = []
  /// By slot and offset: the box of its latest contents.
  private var latest: [Slot: [Int: Int]] = [:]
  private var memories = 0
  /// The cluster boxes are put into at present.
  private var cluster = 0

  init(_ tape: Tape, _ phases: [Phase]) {
    self.tape = tape
    self.phases = phases
  }

  mutating func make() -> Diagram {
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
        open(.loop, "loop \(step.count) times", "loop\(loops)")
        loops += 1
      case .loopEnd: close()
      case .sideBySide: break
      case .wave:
        let kind = (step.isParallel ? " parallel" : "") + (step.commits ? " commits" : "")
        open(.wave, "wave \(wave)\(kind)", "wave\(wave)")
        for index in step.first..<step.first + step.count { draw(index) }
        close()
        wave += 1
      }
      for range in tape.deadAfter[number] { forget(range) }
    }
    for (slot, source) in zip(tape.outputs, tape.outputSources) {
      memories += 1
      let end = diagram.add(
        Diagram.Box(name: "m\(memories)", kind: .output, lines: [slot.name, "\(slot.type)"], cluster: cluster))
      connect(box(of: source), end)
    }
    return diagram
  }

  private mutating func open(_ kind: Diagram.Cluster.Kind, _ label: String, _ name: String) {
    cluster = diagram.add(Diagram.Cluster(kind: kind, label: label, parent: cluster, name: name))
  }

  private mutating func close() { cluster = diagram.clusters[cluster].parent }

  private mutating func leaf(_ space: Space, _ slot: Int, _ name: String, _ type: String) {
    let kind: Diagram.Kind = space == .feed ? .input : space == .state ? .parameter : .constant
    memory(Operand(space, slot: slot, offset: 0), kind, [name, type])
  }

  /// A box for the contents a place gets; its number.
  @discardableResult
  private mutating func memory(
    _ place: Operand, _ kind: Diagram.Kind, _ lines: [String], _ phase: Phase = .forward
  ) -> Int {
    memories += 1
    let box = diagram.add(
      Diagram.Box(
        name: "m\(memories)", kind: kind, phase: phase, lines: lines.map { $0.shortened(to: 60) }, cluster: cluster))
    latest[Slot(space: place.space, slot: place.slot), default: [:]][place.offset] = box
    return box
  }

  private mutating func draw(_ index: Int) {
    let instruction = tape.instructions[index]
    let (reads, writes) = tape.accesses(of: index)
    var lines = [
      "\(index): \(tape.name(of: instruction.routine)) \(instruction.dtype)", tape.labels[index].shortened(to: 60),
    ]
    if instruction.region >= 0 { lines.append(tape.regions[Int(instruction.region)].text) }
    let own = diagram.add(
      Diagram.Box(name: "i\(index)", kind: .operation, phase: phases[index], lines: lines, cluster: cluster))
    for read in reads { connect(box(of: tape.operands[read]), own) }
    for write in writes {
      let operand = tape.operands[write]
      let isState = operand.space == .state
      let name = isState ? tape.state[Int(operand.slot)].name : operand.text
      connect(own, memory(operand, isState ? .assignment : .memory, [name], .update))
    }
  }

  private mutating func connect(_ from: Int?, _ to: Int) {
    guard let from, edges.insert(Edge(from: from, to: to)).inserted else { return }
    diagram.edges.append(Diagram.Edge(from: from, to: to))
  }

  /// The box of what an operand reads.
  private func box(of operand: Operand) -> Int? {
    guard let places = latest[Slot(space: operand.space, slot: operand.slot)] else { return nil }
    return places[operand.offset] ?? places.filter { $0.key < operand.offset }.max { $0.key < $1.key }?.value
  }

  private mutating func forget(_ range: Range<Int>) {
    let arena = Slot(space: .arena, slot: 0)
    latest[arena] = latest[arena]?.filter { !range.contains($0.key) }
  }
}
