import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// Writing the tape: drafts in their waves become instructions, buffers become operands.
//
// A loop's body is written in place, between the edges of the loop: its slots are the operands of the loop's draft, moved by
// an increment each iteration, and its arena a part of the arena around it. Whether a wave is worth the team is
// decided here, from fixed costs of the target, so it cannot depend on the number of threads.

struct TapeWriter {
  /// What a body's slots are: operands of the tape around it.
  private struct Frame {
    var depth = 0
    /// Whether it is one of several loops side by side, of which each is run by one thread.
    var isSideBySide = false
    /// The scan whose body it is, in the graph around all loops, and where the model has it.
    var owner: [Int] = []
    var origin: Origin?
    var arena = Operand(.arena, offset: 0)
    var state: [Operand]
    var feeds: [Operand]
    var outputs: [Operand] = []
    var constants: [Int]

    /// Where the model has an instruction: in a loop the line is its own, what it is for that of the loop.
    func origin(of draft: Draft) -> Origin? {
      guard depth > 0, let origin else { return draft.origin }
      var result = draft.origin ?? origin
      (result.scope, result.phase) = (result.scope.isEmpty ? origin.scope : result.scope, origin.phase)
      return result
    }
  }

  private var tape = Tape()
  /// For each wave of the program itself the last step it became.
  private var lastSteps: [Int] = []
  private let costs: TargetCosts

  init(costs: TargetCosts) { self.costs = costs }

  /// The tape of a program.
  mutating func write(_ planned: PlannedProgram) -> Tape {
    let program = planned.program
    tape.feeds = program.feeds
    tape.state = program.state
    tape.writesState = program.state.map { _ in false }
    for next in program.nextState { tape.writesState[next.slot] = true }
    tape.constants = program.constants
    tape.arenaBytes = planned.arenaBytes
    tape.guards = planned.guards
    let frame = Frame(
      state: program.state.indices.map { Operand(.state, slot: $0, offset: 0) },
      feeds: program.feeds.indices.map { Operand(.feed, slot: $0, offset: 0) },
      constants: Array(program.constants.indices))
    append(planned, frame)
    let offsets = planned.bufferOffsets
    for output in program.outputs {
      tape.outputs.append(Tape.Slot(output.name, output.type))
      var source = place(program.buffers[output.buffer], offsets[output.buffer], frame)
      source.offset += output.byteOffset
      tape.outputSources.append(source)
    }
    tape.deadAfter = dead(planned)
    return tape
  }

  private func place(_ buffer: Buffer, _ offset: Int, _ frame: Frame) -> Operand {
    switch buffer.location {
    case .arena:
      var operand = frame.arena
      operand.offset += max(offset, 0)
      return operand
    case .state(let slot): return frame.state[slot]
    case .feed(let slot): return frame.feeds[slot]
    case .output(let slot): return frame.outputs[slot]
    case .constant(let slot): return Operand(.constant, slot: frame.constants[slot], offset: 0)
    }
  }

  private mutating func append(_ planned: PlannedProgram, _ frame: Frame) {
    let offsets = planned.bufferOffsets
    let program = planned.program
    for wave in planned.schedule.waves {
      if wave.count == 1, let loop = program.drafts[wave[0]].loop {
        let operands = program.drafts[wave[0]].operands.map { operand in
          var placed = place(program.buffers[operand.buffer], offsets[operand.buffer], frame)
          placed.offset += operand.byteOffset
          return placed
        }
        var inner = frame
        if frame.depth == 0 {
          (inner.owner, inner.origin) = (program.drafts[wave[0]].members, program.drafts[wave[0]].origin)
        }
        append(loop, operands, inner)
        noteStep(frame)
        continue
      }
      let first = tape.instructions.count
      for index in wave { append(program.drafts[index], program, offsets, frame) }
      appendWave(
        first, commits: wave.contains { program.drafts[$0].writesState(program) } && frame.depth == 0,
        isShared: !frame.isSideBySide)
      noteStep(frame)
    }
  }

  /// Remembers the last step of a wave of the program itself.
  private mutating func noteStep(_ frame: Frame) { if frame.depth == 0 { lastSteps.append(tape.steps.count - 1) } }

  private mutating func appendWave(_ first: Int, commits: Bool, isShared: Bool) {
    var step = Step(.wave, first: first, count: tape.instructions.count - first)
    let instructions = tape.instructions[first...]
    step.commits = commits
    step.isParallel =
      isShared && instructions.allSatisfy { if case .kernel = $0.routine { true } else { false } }
      && instructions.reduce(0) { $0 + $1.units } > 1
      && instructions.reduce(0) { $0 + $1.nanoseconds } >= costs.worthSharing
    tape.steps.append(step)
  }

  private mutating func append(_ draft: Draft, _ program: LoweredProgram, _ offsets: [Int], _ frame: Frame) {
    var instruction = Instruction(draft.routine, draft.dtype)
    instruction.firstOperand = Int32(tape.operands.count)
    instruction.operandCount = Int32(draft.operands.count)
    instruction.firstParameter = Int32(tape.parameters.count)
    instruction.parameterCount = Int32(draft.parameters.count)
    instruction.flops = draft.flops
    for operand in draft.operands {
      guard operand.buffer >= 0 else {
        tape.operands.append(Operand(.arena, offset: 0))
        continue
      }
      var placed = place(program.buffers[operand.buffer], offsets[operand.buffer], frame)
      placed.offset += operand.byteOffset
      tape.operands.append(placed)
      instruction.bytes += program.buffers[operand.buffer].byteCount
    }
    tape.parameters += draft.parameters.map(Int64.init)
    if let region = draft.region {
      instruction.region = Int32(tape.regions.count)
      tape.regions.append(region)
    }
    if let callOut = draft.callOut {
      instruction.routine = .callOut(Int32(tape.callOuts.count))
      tape.callOuts.append(callOut)
    }
    instruction.units = instruction.routine.units(draft)
    instruction.nanoseconds = costs.nanoseconds(instruction)
    tape.instructions.append(instruction)
    tape.labels.append(draft.label)
    tape.origins.append(frame.origin(of: draft))
    tape.provenance.append(frame.depth == 0 ? draft.members : frame.owner)
  }

  private mutating func append(_ loop: LoopDraft, _ operands: [Operand], _ outer: Frame) {
    let first = tape.instructions.count
    for start in loop.starts {
      var target = operands[start.target.operand]
      target.offset += start.target.start
      appendCopy(operands[start.source], target, byteCount: start.byteCount)
    }
    if tape.instructions.count > first { appendWave(first, commits: false, isShared: !outer.isSideBySide) }
    var frame = Frame(
      depth: outer.depth + 1, isSideBySide: outer.isSideBySide || loop.bodies.count > 1, owner: outer.owner,
      origin: outer.origin,
      state: loop.carries.map { operands[$0] },
      feeds: loop.feeds.map { moved($0, operands, outer.depth) },
      outputs: loop.outputs.map { moved($0, operands, outer.depth) },
      constants: [])
    for constant in loop.bodies[0].program.constants {
      frame.constants.append(tape.constants.count)
      tape.constants.append(constant)
    }
    let place = tape.steps.count
    let firstInside = tape.instructions.count
    if loop.bodies.count > 1 { tape.steps.append(Step(.sideBySide, first: 0, count: loop.bodies.count)) }
    for (body, workspace) in zip(loop.bodies, loop.workspaces) {
      frame.arena = operands[workspace]
      tape.guards += body.guards.map { frame.arena.offset + $0.lowerBound..<frame.arena.offset + $0.upperBound }
      let begin = tape.steps.count
      tape.steps.append(Step(.loopBegin, first: 0, count: loop.count))
      append(body, frame)
      tape.steps[begin].first = tape.steps.count
      tape.steps[begin].leftOut = body.idleWaves(unread: loop.unread)
      tape.steps.append(Step(.loopEnd, first: begin, count: loop.count))
    }
    if loop.bodies.count > 1 {
      tape.steps[place].first = tape.steps.count
      let work = tape.instructions[firstInside...].reduce(0) { $0 + $1.nanoseconds } * Double(loop.count)
      tape.steps[place].isParallel = work >= costs.worthSharing
    }
  }

  private func moved(_ binding: LoopDraft.Binding, _ operands: [Operand], _ depth: Int) -> Operand {
    var operand = operands[binding.operand]
    operand.offset += binding.start
    operand.increments[depth] += binding.increment
    return operand
  }

  private mutating func appendCopy(_ source: Operand, _ target: Operand, byteCount: Int) {
    guard byteCount > 0, source != target else { return }
    let draft = Lowering.copyDraft(
      byteCount: byteCount, from: DraftOperand(buffer: 0, byteOffset: 0, isWrite: false), to: 1)
    var instruction = Instruction(draft.routine, draft.dtype)
    instruction.firstOperand = Int32(tape.operands.count)
    instruction.operandCount = 2
    instruction.firstParameter = Int32(tape.parameters.count)
    instruction.region = Int32(tape.regions.count)
    instruction.units = instruction.routine.units(draft)
    instruction.bytes = 2 * byteCount
    instruction.nanoseconds = costs.nanoseconds(instruction)
    tape.operands += [source, target]
    tape.regions.append(draft.region!)
    tape.instructions.append(instruction)
    tape.labels.append("copy")
    tape.origins.append(nil)
    tape.provenance.append([])
  }

  /// What may be poisoned after each step: the blocks whose interval ends with its wave. Bodies of loops are left out.
  private func dead(_ planned: PlannedProgram) -> [[Range<Int>]] {
    var result = [[Range<Int>]](repeating: [], count: tape.steps.count)
    for (index, interval) in planned.intervals.enumerated() where interval.last + 1 < lastSteps.count {
      result[lastSteps[interval.last]].append(
        planned.offsets[index]..<planned.offsets[index] + interval.byteCount)
    }
    return result
  }
}

extension Routine {
  /// The number of slices the kernel of a draft splits into.
  fileprivate func units(_ draft: Draft) -> Int {
    guard case .kernel(let kernel) = self else { return 1 }
    let parameters = draft.parameters.map(Int64.init)
    func units(_ region: UnsafePointer<tap_region>?) -> Int {
      parameters.withUnsafeBufferPointer { Int(tap_units(kernel, region, $0.baseAddress, draft.dtype.kernelType)) }
    }
    guard let region = draft.region else { return units(nil) }
    return region.withKernelForm { units($0) }
  }
}

extension Draft {
  fileprivate func writesState(_ program: LoweredProgram) -> Bool {
    writes.contains { if case .state = program.buffers[$0].location { true } else { false } }
  }
}
