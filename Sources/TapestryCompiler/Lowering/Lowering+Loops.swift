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
    let roots = scan.body.outputs.indices.filter { !stacked.contains($0) }.map { place in
      let name = scan.name(ofOutput: place)
      let isState = place < scan.counts.carries && !kept.contains(place)
      return ProgramGraph.Root(isState ? .state(name) : .output(name), scan.body.outputs[place])
    }
    let states = Set((0..<scan.counts.carries).filter { !kept.contains($0) }.map { scan.name(ofOutput: $0) })
    let fused = FusedProgram(ProgramGraph(store: scan.body.store, roots: roots), bodies.inside(scan.length))
    var binding = StateBinding(try fused.lowered(carries: states).bindingOutputs())
    let body = binding.bind()
    appendOperands(scan, node, body, &draft)
    let bodies = parts(of: body, scan).map { PlannedProgram(bound: $0, guarded: self.bodies.guardsBuffers) }
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
      carries: body.state.map { results + scan.number(ofCarry: $0.name)! },
      feeds: body.feeds.map { slot in
        if let carry = scan.number(ofCarry: slot.name) {
          return .history(results + carry, of: slot.type.byteCount, stepsBack: scan.length, scan)
        }
        let operand = scan.operand(ofInput: slot.name)
        guard operand < scan.counts.carries + scan.counts.slices else { return .still(operand) }
        return .slices(operand, of: slot.type.byteCount, scan)
      },
      outputs: body.outputs.map { output in
        if let carry = scan.number(ofCarry: output.name) {
          return .history(results + carry, of: output.type.byteCount, stepsBack: scan.length - 1, scan)
        }
        return .slices(results + scan.place(ofOutput: output.name), of: output.type.byteCount, scan)
      },
      workspaces: workspaces)
    draft.canFault = body.drafts.contains(where: \.canFault)
    program.drafts.append(draft)
  }

  /// Appends what the loop reads, contiguous or packed, and its results.
  private mutating func appendOperands(_ scan: Scan, _ node: Int, _ body: LoweredProgram, _ draft: inout Draft) {
    let packed = Set(body.packedFeeds.map { scan.operand(ofInput: body.feeds[$0].name) })
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

  /// The body, or its parts where the rows of the loop are independent.
  private func parts(of body: LoweredProgram, _ scan: Scan) -> [LoweredProgram] {
    let written = body.feeds.indices.filter { scan.number(ofCarry: body.feeds[$0].name) != nil }
    let rows = scan.body.outputs.isEmpty ? 0 : scan.body.type(ofOutput: 0).shape.extents.first ?? 0
    return RowCut(body, rows: rows, written: Set(written))?.parts ?? [body]
  }
}

extension Scan {
  /// The name of a result of the body: that of the carry it is the next value of, or of a stack.
  fileprivate func name(ofOutput place: Int) -> String {
    place < counts.carries ? "carry \(place)" : "stack \(place - counts.carries)"
  }

  /// The result a stack is.
  fileprivate func place(ofOutput name: String) -> Int { counts.carries + number(in: name) }

  /// The carry an input or a result of the body is named after, where it is one.
  fileprivate func number(ofCarry name: String) -> Int? { name.hasPrefix("carry") ? number(in: name) : nil }

  /// The operand that a slice or a capture of the body is a view of.
  fileprivate func operand(ofInput name: String) -> Int {
    counts.carries + number(in: name) + (name.hasPrefix("slice") ? 0 : counts.slices)
  }

  private func number(in name: String) -> Int { Int(name.split(separator: " ").last ?? "") ?? 0 }
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
