import TapestryCore
import TapestryGraph
import TapestryTape

extension Lowering {
  /// Lowers a scan to a loop: the body becomes a program of its own, whose state are the carries.
  ///
  /// - Throws: `invalidGraph` for loops nested deeper than the tape counts.
  mutating func lowerLoop(_ scan: Scan, _ node: Int, _ draft: inout Draft) throws(TapestryError) {
    guard bodies.depth < BodyOptions.deepest else {
      throw TapestryError(
        .invalidGraph, "scans are nested more than \(BodyOptions.deepest) deep",
        remedy: "join two of the loops into one")
    }
    let histories = scan.histories
    let kept = Set(histories.map(\.carry))
    let stacked = Set(histories.flatMap { $0.before + $0.after })
    let names = LoopNames(scan)
    let outputs = scan.body.outputs.indices.filter { !stacked.contains($0) }
    let roots = outputs.map { place in
      let isState = place < scan.counts.carries && !kept.contains(place)
      return ProgramGraph.Root(
        isState ? .state(names[output: place]) : .output(names[output: place]), scan.body.outputs[place])
    }
    let fused = FusedProgram(
      ProgramGraph(store: scan.body.store, roots: roots), bodies.inside(packing: packable(scan, node)))
    let states = names.carries { !kept.contains($0) }
    var binding = StateBinding(try fused.lowered(carries: states).bindingOutputs())
    let body = binding.bind()
    appendOperands(scan, node, packed: Set(body.packedFeeds.map { names.operand(of: body.feeds[$0].name) }), &draft)
    let bodies = parts(of: body, scan, names).map { PlannedProgram(bound: $0, guarded: self.bodies.guardsBuffers) }
    let workspaces = bodies.map { body in
      let workspace = program.addBuffer(.arena, byteCount: body.arenaBytes, value: nil)
      draft.operands.append(DraftOperand(buffer: workspace, byteOffset: 0, isWrite: true))
      return draft.operands.count - 1
    }
    let results = scan.body.inputs.count
    draft.loop = LoopDraft(
      count: scan.length, bodies: bodies,
      starts: (0..<scan.counts.carries).map { carry in
        let bytes = scan.body.type(ofOutput: carry).byteCount
        return LoopDraft.Start(
          source: carry,
          target: kept.contains(carry)
            ? .history(results + carry, of: bytes, stepsBack: scan.length, scan) : .still(results + carry),
          byteCount: bytes)
      },
      carries: body.state.map { results + names.carry($0.name)! },
      unread: Set(body.state.indices.filter { !isWanted(Value(node, names.carry(body.state[$0].name)!)) }),
      feeds: body.feeds.map { slot in
        if let carry = names.carry(slot.name) {
          return .history(results + carry, of: slot.type.byteCount, stepsBack: scan.length, scan)
        }
        let operand = names.operand(of: slot.name)
        guard operand < scan.counts.carries + scan.counts.slices else { return .still(operand) }
        return .slices(operand, of: slot.type.byteCount, scan)
      },
      outputs: zip(outputs.filter { $0 >= scan.counts.carries || kept.contains($0) }, body.outputs).map {
        $0 < scan.counts.carries
          ? .history(results + $0, of: $1.type.byteCount, stepsBack: scan.length - 1, scan)
          : .slices(results + $0, of: $1.type.byteCount, scan)
      },
      workspaces: workspaces)
    draft.canFault = body.drafts.contains(where: \.canFault)
    program.drafts.append(draft)
  }

  /// Appends what the loop reads, contiguous or packed, and its results.
  private mutating func appendOperands(_ scan: Scan, _ node: Int, packed: Set<Int>, _ draft: inout Draft) {
    for (place, operand) in Array(graph.operands(of: node)).enumerated() {
      draft.operands.append(packed.contains(place) ? panels(of: operand) : contiguous(operand))
    }
    for result in 0..<scan.resultCount {
      let access = views[Value(node, result)]
      let width = graph.type(of: Value(node, result)).dtype.byteCount
      draft.operands.append(
        DraftOperand(buffer: buffer(of: access.base), byteOffset: access.offset * width, isWrite: true))
    }
  }

  /// The captures of a scan, as inputs of its body, that may be packed before it: all of them where the loop has steps
  /// enough, else those that would be copied anyway.
  private func packable(_ scan: Scan, _ node: Int) -> Set<Value> {
    let given = scan.parts(Array(graph.operands(of: node))).captures
    return Set(
      zip(scan.parts(scan.body.inputs).captures, given).filter { _, operand in
        scan.length >= PackedPanels.leastSteps || !views[operand].isContiguous(graph.type(of: operand).shape)
      }.map(\.0))
  }

  /// The body, or its parts where the rows of the loop are independent.
  private func parts(of body: LoweredProgram, _ scan: Scan, _ names: LoopNames) -> [LoweredProgram] {
    let written = body.feeds.indices.filter { names.carry(body.feeds[$0].name) != nil }
    let rows = scan.body.outputs.isEmpty ? 0 : scan.body.type(ofOutput: 0).shape.extents.first ?? 0
    return RowCut(body, rows: rows, written: Set(written))?.parts ?? [body]
  }
}

/// What the inputs and results of a scan's body are called in the program that the body becomes, and which operands and
/// results of the scan they are.
private struct LoopNames {
  private let scan: Scan
  /// By input of the body its name. A carry's next value has that of the carry.
  private let inputs: [String]
  private let places: [String: Int]

  init(_ scan: Scan) {
    self.scan = scan
    inputs = scan.body.inputs.map { scan.body.store.op(of: Int($0.node), as: InputOp.self)?.name ?? "" }
    places = Dictionary(uniqueKeysWithValues: zip(inputs, inputs.indices))
  }

  /// The name of a result of the body.
  subscript(output place: Int) -> String { place < scan.counts.carries ? inputs[place] : "stack \(place)" }

  /// The names of some carries.
  func carries(where isMeant: (Int) -> Bool) -> Set<String> {
    Set((0..<scan.counts.carries).filter(isMeant).map { inputs[$0] })
  }

  /// The operand of the scan that is an input of the body, or that its slices are.
  func operand(of name: String) -> Int { places[name]! }

  /// The carry an input or a result of the body is, where it is one.
  func carry(_ name: String) -> Int? { places[name].flatMap { $0 < scan.counts.carries ? $0 : nil } }
}

extension LoopDraft.Binding {
  /// The same memory in each iteration.
  fileprivate static func still(_ operand: Int) -> LoopDraft.Binding {
    LoopDraft.Binding(operand: operand, increment: 0, start: 0)
  }

  /// One slice after the other, from the last on in a reverse scan.
  fileprivate static func slices(_ operand: Int, of bytes: Int, _ scan: Scan) -> LoopDraft.Binding {
    LoopDraft.Binding(
      operand: operand, increment: scan.isReverse ? -bytes : bytes,
      start: scan.isReverse ? max(scan.length - 1, 0) * bytes : 0)
  }

  /// The rows of a carry that is kept, from some steps before the last on, which is where the operand is.
  fileprivate static func history(_ operand: Int, of bytes: Int, stepsBack: Int, _ scan: Scan) -> LoopDraft.Binding {
    let increment = scan.isReverse ? -bytes : bytes
    return LoopDraft.Binding(operand: operand, increment: increment, start: -stepsBack * increment)
  }
}

extension LoweredProgram {
  /// The program with every output in memory of the caller's: computed there where nothing else claims the buffer, else
  /// copied.
  func bindingOutputs() -> LoweredProgram {
    var bound = self
    let dependencies = Dependencies(self)
    for (slot, output) in outputs.enumerated() where output.type.byteCount > 0 {
      let isOwn =
        bound.buffers[output.buffer].location == .arena && !dependencies.writers[output.buffer].isEmpty
        && output.byteOffset == 0
        && buffers[output.buffer].byteCount == output.type.byteCount
      if isOwn {
        bound.buffers[output.buffer].location = .output(slot)
      } else {
        let target = bound.addBuffer(.output(slot), byteCount: output.type.byteCount, value: nil)
        let source = DraftOperand(buffer: output.buffer, byteOffset: output.byteOffset, isWrite: false)
        bound.drafts.append(Lowering.copyDraft(byteCount: output.type.byteCount, from: source, to: target))
      }
    }
    return bound
  }
}
