import TapestryCore
import TapestryGraph
import TapestryTape

extension Lowering {
  /// Lowers a scan to a loop: the body becomes a program of its own, whose state are the carries.
  ///
  /// - Throws: `invalidGraph` for loops nested deeper than the tape counts.
  mutating func lowerLoop(_ scan: Scan, _ draft: inout Draft) throws(TapestryError) {
    guard bodies.depth < BodyOptions.deepest else {
      throw TapestryError(
        .invalidGraph, "scans are nested more than \(BodyOptions.deepest) deep",
        remedy: "join two of the loops into one")
    }
    let carries = (0..<scan.counts.carries).map { "carry \($0)" }
    let roots = scan.body.outputs.enumerated().map { place, value in
      ProgramGraph.Root(
        place < scan.counts.carries ? .state(carries[place]) : .output("stack \(place - scan.counts.carries)"), value)
    }
    let fused = FusedProgram(ProgramGraph(store: scan.body.store, roots: roots), bodies.inside)
    let body = PlannedProgram(
      try fused.lowered(carries: Set(carries)), bindsOutputs: true, guarded: bodies.guardsBuffers)
    let inputCount = scan.body.inputs.count
    let workspace = program.addBuffer(.arena, byteCount: body.arenaBytes, value: nil)
    draft.operands.append(DraftOperand(buffer: workspace, byteOffset: 0, isWrite: true))
    draft.loop = LoopDraft(
      count: scan.length, body: body,
      initial: body.program.state.map { carries.firstIndex(of: $0.name)! },
      carries: body.program.state.map { inputCount + carries.firstIndex(of: $0.name)! },
      feeds: body.program.feeds.map { slot in
        let operand = scan.operand(ofInput: slot.name)
        guard operand < scan.counts.carries + scan.counts.slices else { return .still(operand) }
        return .slices(operand, of: slot.type.byteCount, scan)
      },
      outputs: body.program.outputs.enumerated().map { place, output in
        .slices(inputCount + scan.counts.carries + place, of: output.type.byteCount, scan)
      },
      workspace: draft.operands.count - 1)
    draft.canFault = body.program.drafts.contains(where: \.canFault)
  }
}

extension Scan {
  /// The operand an input of the body is a view of.
  fileprivate func operand(ofInput name: String) -> Int {
    let number = Int(name.split(separator: " ").last ?? "") ?? 0
    if name.hasPrefix("carry") { return number }
    return name.hasPrefix("slice") ? counts.carries + number : counts.carries + counts.slices + number
  }
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
