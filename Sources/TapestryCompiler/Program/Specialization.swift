import Synchronization
import TapestryCore
import TapestryGraph
import TapestryTape

// What a run passes through walks arrays by index: in a debug build the generic algorithms of the standard library
// allocate, and a run must not.

/// A program compiled for the types of some feeds, with executors that are free.
final class Specialization: Sendable {
  let mode: TracingMode
  let compiled: CompiledProgram
  private let team: ThreadTeam?
  private let kernels: KernelTable
  private let free = Mutex<[Idle]>([])

  /// An executor nobody uses. `@unchecked Sendable`: the list hands each out to one run at a time.
  private struct Idle: @unchecked Sendable {
    let executor: TapeExecutor
    let state: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let feeds: UnsafeMutablePointer<UnsafeMutableRawPointer>
  }

  init(_ compiled: CompiledProgram, mode: TracingMode, team: ThreadTeam?, kernels: KernelTable) {
    self.compiled = compiled
    self.mode = mode
    self.team = team
    self.kernels = kernels
  }

  deinit {
    free.withLock { list in
      for idle in list {
        idle.state.deallocate()
        idle.feeds.deallocate()
      }
    }
  }

  /// Whether it was compiled for feeds of these types.
  func fits(_ feeds: Feeds, _ mode: TracingMode) -> Bool {
    guard self.mode == mode, compiled.declaredFeeds.count == feeds.entries.count else { return false }
    for place in compiled.declaredFeeds.indices {
      let slot = compiled.declaredFeeds[place]
      guard let array = feeds.array(slot.name), array.type == slot.type else { return false }
    }
    return true
  }

  /// Runs once and writes the results; allocates nothing once an executor is free, the state is unshared and the
  /// results were used before.
  func run(_ state: inout ModelState, _ feeds: Feeds, into results: inout Results) throws(TapestryError) {
    let tape = compiled.tape
    try checkState(state)
    if !results.match(tape.outputs) {
      results = Results(tape.outputs.map { ($0.name, $0.type) })
    }
    let idle = take()
    defer { free.withLock { $0.append(idle) } }
    bind(idle, &state, feeds)
    try withExtendedLifetime((state, feeds)) { () throws(TapestryError) in
      try idle.executor.run(state: idle.state, feeds: idle.feeds)
    }
    for output in tape.outputs.indices { idle.executor.copyOutput(output, to: results.address(of: output)) }
  }

  /// Runs some steps and measures them: whole, and instruction by instruction.
  func profile(_ state: inout ModelState, _ feeds: Feeds, steps: Int) throws(TapestryError) -> ProgramProfile {
    try checkState(state)
    let tape = compiled.tape
    let idle = take()
    defer { free.withLock { $0.append(idle) } }
    bind(idle, &state, feeds)
    var least = [Int](repeating: .max, count: tape.instructions.count)
    var (step, clock) = (Int.max, Int.max)
    for _ in 0..<steps {
      let start = ContinuousClock.now
      clock = min(clock, (ContinuousClock.now - start).nanoseconds)
      let begin = ContinuousClock.now
      try idle.executor.run(state: idle.state, feeds: idle.feeds)
      step = min(step, (ContinuousClock.now - begin).nanoseconds)
      let times = try idle.executor.profile(state: idle.state, feeds: idle.feeds)
      for index in least.indices { least[index] = min(least[index], times[index]) }
    }
    let entries = least.indices.map {
      ProgramProfile.Entry(
        label: tape.labels[$0], routine: tape.name(of: tape.instructions[$0].routine), nanoseconds: least[$0])
    }
    return ProgramProfile(entries: entries, stepNanoseconds: step, clockNanoseconds: clock)
  }

  /// Points an executor's slots at the memory of state and feeds.
  private func bind(_ idle: Idle, _ state: inout ModelState, _ feeds: Feeds) {
    let tape = compiled.tape
    for slot in tape.feeds.indices { idle.feeds[slot] = address(of: tape.feeds[slot].name, in: feeds) }
    for slot in tape.state.indices {
      let path = tape.state[slot].name
      idle.state[slot] = (tape.writesState[slot] ? state.uniqueAddress(of: path) : state.address(of: path))!
    }
  }

  private func address(of name: String, in feeds: Feeds) -> UnsafeMutableRawPointer {
    guard let array = feeds.array(name) else { preconditionFailure("feed '\(name)' was checked before") }
    return array.storage.base
  }

  private func take() -> Idle {
    if let idle = free.withLock({ $0.popLast() }) { return idle }
    let tape = compiled.tape
    return Idle(
      executor: TapeExecutor(tape, kernels: kernels, team: team),
      state: .allocate(capacity: max(tape.state.count, 1)), feeds: .allocate(capacity: max(tape.feeds.count, 1)))
  }

  private func checkState(_ state: ModelState) throws(TapestryError) {
    let tape = compiled.tape
    if isComplete(state) { return }
    var notes: [String] = []
    for slot in tape.state {
      guard let type = state.type(of: slot.name) else {
        let near = nearest(to: slot.name, in: state.paths).map { "; did you mean '\($0)'?" } ?? ""
        notes.append("'\(slot.name)' is missing\(declaration(of: slot.name))\(near)")
        continue
      }
      if type != slot.type {
        notes.append("'\(slot.name)' is \(type), the program wants \(slot.type)\(declaration(of: slot.name))")
      }
    }
    throw TapestryError(
      .invalidState, "the state does not fit the program", remedy: "start from `initialState(seed:)` of this program",
      notes: notes)
  }

  /// Where the model declares a variable, for messages.
  private func declaration(of path: String) -> String {
    let known = compiled.source.store.effects.variables.first { $0.path == path }
    return known?.declared.map { ", declared at \($0)" } ?? ""
  }

  private func isComplete(_ state: ModelState) -> Bool {
    for slot in compiled.tape.state.indices
    where state.type(of: compiled.tape.state[slot].name) != compiled.tape.state[slot].type {
      return false
    }
    return true
  }
}
