import CTapestryKernels
package import TapestryCore
import TapestryGraph

// The executor replays a tape.
//
// It owns the arena and the tables of `PreparedTape`; state and feeds are bound for each run. Steps are walked in order
// by the calling thread, over flat copies of the tape's arrays, so that no reference is counted. A wave that is worth it
// is shared with the thread team (`WaveShares`), and since a kernel's result for a unit does not depend on which units
// run beside it, the bits are the same for every number of threads. After each pass of a loop its operands move
// (`OperandAddresses`). Loops that stand side by side are shared whole: a thread runs some of them from the first pass to
// the last and waits for nobody. A kernel that meets an index out of range sets the fault; the run ends before the first
// wave that writes state, so a failed run leaves state as it was.

/// Runs a tape over memory of its own. Not for use by two threads at once.
package final class TapeExecutor {
  package let tape: Tape
  private let prepared: PreparedTape
  private let addresses: OperandAddresses
  private let steps: UnsafeMutablePointer<Step>
  private let instructions: UnsafeMutablePointer<Instruction>
  private let instructionCount: Int
  /// What each instruction is called with on each thread: those of the first thread, then those of the next.
  private let calls: UnsafeMutablePointer<tap_call>
  private let kernels: KernelTable
  private let team: ThreadTeam?
  private let shares: WaveShares
  private let arena: UnsafeMutableRawPointer
  private let scratch: UnsafeMutableRawPointer
  private let poisonsDeadMemory: Bool
  /// The threads that share a wave when the team is free.
  package var threadCount: Int { team?.threads ?? 1 }
  /// How many slices ran on threads other than the caller's: what tests count.
  package private(set) var helperSlices = 0

  /// While a run is recorded, what each thread did.
  private var log: EventLog?
  /// The wave being run, for the team.
  private var wave = 0..<0
  /// The loops being run side by side, for the team: the step of the first, and how many there are.
  private var loops = (first: 0, count: 0)
  private var threads = 1

  /// - Parameters:
  ///   - team: `nil` runs on the calling thread alone.
  ///   - poisonsDeadMemory: fills memory with not-a-number before it is written and after its last use.
  package init(_ tape: Tape, kernels: KernelTable = .best, team: ThreadTeam? = .shared, poisonsDeadMemory: Bool = false)
  {
    self.tape = tape
    self.kernels = kernels
    self.team = team.flatMap { $0.threads > 1 ? $0 : nil }
    self.poisonsDeadMemory = poisonsDeadMemory
    let threads = team?.threads ?? 1
    arena = .allocateZeroed(byteCount: tape.arenaBytes)
    if poisonsDeadMemory { arena.initializeMemory(as: UInt8.self, repeating: 0xff, count: tape.arenaBytes) }
    for range in tape.guards {
      (arena + range.lowerBound).initializeMemory(as: UInt8.self, repeating: 0xa5, count: range.count)
    }
    addresses = OperandAddresses(tape, arena: arena)
    prepared = PreparedTape(tape, addresses)
    shares = WaveShares(tape, threads: threads)
    steps = .copying(tape.steps)
    instructions = .copying(tape.instructions)
    instructionCount = tape.instructions.count
    scratch = .allocate(byteCount: prepared.scratchBytes * threads, alignment: 64)
    calls = .allocate(capacity: Swift.max(instructionCount * threads, 1))
    for place in 0..<instructionCount * threads {
      let (thread, index) = place.quotientAndRemainder(dividingBy: instructionCount)
      var call = prepared.calls[index]
      call.scratch = scratch + prepared.scratchBytes * thread
      (calls + place).initialize(to: call)
    }
  }

  deinit {
    arena.deallocateZeroed()
    scratch.deallocate()
    steps.deallocate()
    instructions.deallocate()
    calls.deallocate()
  }

  /// Runs the tape once. Nothing is allocated unless an op is called out to.
  ///
  /// - Parameters:
  ///   - state: the memory of each state slot; written slots are updated in place.
  ///   - feeds: the memory of each feed slot; only read.
  ///   - sharing: whether the team helps; without, the calling thread runs alone.
  /// - Throws: `indexOutOfRange`, or what an op called out to throws; state is then as it was.
  package func run(
    state: UnsafePointer<UnsafeMutableRawPointer>?, feeds: UnsafePointer<UnsafeMutableRawPointer>?, sharing: Bool = true
  ) throws(TapestryError) {
    addresses.bind(state: state, feeds: feeds)
    tap_fault_reset(prepared.fault)
    let saved = tap_enter_float_mode()
    let owned = sharing && team?.take() == true ? team : nil
    defer {
      owned?.giveBack()
      tap_leave_float_mode(saved)
    }
    threads = owned?.threads ?? 1
    do {
      try replay(0..<tape.steps.count, owned, thread: 0)
      try checkFault()
    } catch {
      addresses.reset()
      throw error
    }
  }

  /// Runs some steps: all of a loop or none.
  ///
  /// - Parameter team: who shares the work; nil on a thread that works alone.
  private func replay(_ range: Range<Int>, _ team: ThreadTeam?, thread: Int) throws(TapestryError) {
    var index = range.lowerBound
    while index < range.upperBound {
      let step = steps[index]
      switch step.kind {
      case .loopBegin:
        for pass in 0..<step.count {
          let isLast = pass + 1 == step.count
          try replay(index + 1..<step.first - (isLast ? step.leftOut : 0), team, thread: thread)
          addresses.move(index, by: isLast ? -pass : 1)
        }
        index = step.first
      case .loopEnd: preconditionFailure("a loop is left where it began")
      case .wave:
        if step.commits { try checkFault() }
        try run(step, team, thread: thread)
        if poisonsDeadMemory { poison(after: index) }
      case .sideBySide:
        // Else they run here, one after the other.
        if let team, step.isParallel {
          runLoops(after: index, team)
          index = step.first - 1
        }
      }
      index += 1
    }
  }

  private func run(_ step: Step, _ team: ThreadTeam?, thread: Int) throws(TapestryError) {
    if let team, step.isParallel {
      wave = step.first..<step.first + step.count
      shares.putBack(wave)
      team.run(
        { context, thread in
          Unmanaged<TapeExecutor>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.runSlice(ofThread: thread) }
        }, Unmanaged.passUnretained(self).toOpaque())
      for index in step.first..<step.first + step.count {
        for thread in 1..<threads where !shares.units(of: index, thread: thread).isEmpty { helperSlices += 1 }
      }
      return
    }
    for index in step.first..<step.first + step.count {
      switch instructions[index].routine {
      case .kernel: run(index, 0..<instructions[index].units, thread: thread)
      case .callOut(let number):
        let begin = log?.now ?? 0
        try callOut(Int(number), index)
        log?.append(index, thread: thread, since: begin)
      }
    }
  }

  /// Runs the tape once and records what each thread did when. Parameters and errors are those of a run.
  package func record(
    state: UnsafePointer<UnsafeMutableRawPointer>?, feeds: UnsafePointer<UnsafeMutableRawPointer>?, sharing: Bool = true
  ) throws(TapestryError) -> [ExecutionEvent] {
    let log = EventLog(threads: threadCount)
    self.log = log
    defer { self.log = nil }
    try run(state: state, feeds: feeds, sharing: sharing)
    return log.events
  }

  /// Runs the shares of one thread in the current wave, then what the others have not taken of theirs.
  private func runSlice(ofThread thread: Int) {
    for index in wave {
      if shares.isInPieces(index) {
        runPieces(ofThread: thread, index, by: thread)
      } else {
        run(index, shares.units(of: index, thread: thread), thread: thread)
      }
    }
    for distance in 1..<threads {
      let other = (thread + distance) % threads
      for index in wave where shares.isInPieces(index) { runPieces(ofThread: other, index, by: thread) }
    }
  }

  /// Runs what is left of a thread's share of an instruction.
  private func runPieces(ofThread owner: Int, _ index: Int, by thread: Int) {
    while let piece = shares.takePiece(of: index, thread: owner) { run(index, piece, thread: thread) }
  }

  /// Shares the loops that stand side by side after a step.
  private func runLoops(after index: Int, _ team: ThreadTeam) {
    loops = (index + 1, steps[index].count)
    team.run(
      { context, thread in
        Unmanaged<TapeExecutor>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.runLoops(ofThread: thread) }
      }, Unmanaged.passUnretained(self).toOpaque())
    helperSlices += Swift.min(loops.count, threads) - 1
  }

  /// Runs the share of one thread of the loops that stand side by side.
  private func runLoops(ofThread thread: Int) {
    let own = loops.count * thread / threads..<loops.count * (thread + 1) / threads
    var begin = loops.first
    for number in 0..<own.upperBound {
      let end = steps[begin].first + 1
      if own.contains(number) {
        do { try replay(begin..<end, nil, thread: thread) } catch {
          preconditionFailure("loops side by side hold kernels alone, and those do not throw")
        }
      }
      begin = end
    }
  }

  /// Runs some units of an instruction that is a kernel.
  private func run(_ index: Int, _ units: Range<Int>, thread: Int) {
    guard case .kernel(let kernel) = instructions[index].routine, !units.isEmpty else { return }
    let call = calls + (thread &* instructionCount &+ index)
    guard let log else { return kernels.run(kernel, call, units.lowerBound, units.upperBound) }
    let begin = log.now
    kernels.run(kernel, call, units.lowerBound, units.upperBound)
    log.append(index, thread: thread, since: begin)
  }

  /// Runs an op by its reference meaning.
  private func callOut(_ number: Int, _ index: Int) throws(TapestryError) {
    let call = tape.callOuts[number]
    let addresses = addresses.list(of: index)
    let operands = call.operands.enumerated().map { place, type in
      let array = NDArray(zeros: type.shape, type.dtype)
      array.storage.base.copyMemory(from: addresses[place]!, byteCount: type.byteCount)
      return array
    }
    let results = try call.op.call(operands)
    guard results.map(\.type) == call.results else {
      throw TapestryError(
        .internalFault,
        "op '\(call.op.callName)' evaluated to \(results.map(\.type)), but its shape rule says \(call.results)",
        remedy: "make `evaluate` return what `resultTypes` promises",
        at: place(of: index))
    }
    for (place, result) in results.enumerated() {
      addresses[operands.count + place]!.copyMemory(
        from: result.storage.base, byteCount: result.type.byteCount)
    }
  }

  /// Ends the run when a kernel met an index out of range.
  private func checkFault() throws(TapestryError) {
    guard tap_fault_code(prepared.fault) != 0 else { return }
    let fault = prepared.fault.pointee
    let index = Int(fault.instruction)
    throw TapestryError(
      .indexOutOfRange,
      "index \(fault.value) is outside 0 ..< \(fault.bound) in \(tape.labels[index])",
      remedy: "feed indices in 0 ..< \(fault.bound); state is as it was before the run",
      at: place(of: index))
  }

  /// The line of the model an instruction comes from.
  private func place(of index: Int) -> SourcePlace? { index < tape.origins.count ? tape.origins[index]?.place : nil }

  private func poison(after step: Int) {
    for range in tape.deadAfter[step] {
      (arena + range.lowerBound).initializeMemory(as: UInt8.self, repeating: 0xff, count: range.count)
    }
  }

  /// Whether no instruction has written where none may.
  package var guardsHold: Bool {
    tape.guards.allSatisfy { range in range.allSatisfy { arena.load(fromByteOffset: $0, as: UInt8.self) == 0xa5 } }
  }

  /// Copies the bytes of an output, valid after a run until the next.
  package func copyOutput(_ output: Int, to target: UnsafeMutableRawPointer) {
    let source = tape.outputSources[output]
    target.copyMemory(from: addresses.address(of: source), byteCount: tape.outputs[output].type.byteCount)
  }
}
