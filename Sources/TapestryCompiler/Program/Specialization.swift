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
  private let free = Mutex<[BoundExecutor]>([])

  /// An executor with the memory its slots are bound to. `@unchecked Sendable`: the list hands each out to one run at a
  /// time.
  struct BoundExecutor: @unchecked Sendable {
    let executor: TapeExecutor
    let state: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let feeds: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// The layout of the last state that was bound and checked, and where its variables stand; 0 before the first.
    var layout = 0
    var places: [ModelState.Place] = []
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
      guard let fed = feeds.place(of: slot.name), feeds.entries[fed].array.type == slot.type else { return false }
    }
    return true
  }

  /// Runs once and writes the results; allocates nothing once an executor is free, the state is unshared and the
  /// results were used before.
  func run(_ state: inout ModelState, _ feeds: Feeds, into results: inout Results) throws(TapestryError) {
    let outputs = compiled.tape.outputs
    try withExecutor(&state, feeds) { (bound) throws(TapestryError) in
      try bound.executor.run(state: bound.state, feeds: bound.feeds)
      if !results.match(outputs) {
        results = Results(outputs.map { ($0.name, $0.type) })
      }
      for output in outputs.indices { bound.executor.copyOutput(output, to: results.address(of: output)) }
    }
  }

  /// Lends a free executor, its slots pointed at the memory of state and feeds.
  func withExecutor<Result>(
    _ state: inout ModelState, _ feeds: Feeds, _ body: (BoundExecutor) throws(TapestryError) -> Result
  ) throws(TapestryError) -> Result {
    var bound = take()
    defer { free.withLock { $0.append(bound) } }
    if bound.layout != state.layout {
      try checkState(state)
      bound.places = compiled.tape.state.map { state.place(of: $0.name)! }
      bound.layout = state.layout
    }
    bind(bound, &state, feeds)
    return try withExtendedLifetime((state, feeds)) { () throws(TapestryError) in try body(bound) }
  }

  /// Points an executor's slots at the memory of state and feeds.
  private func bind(_ bound: BoundExecutor, _ state: inout ModelState, _ feeds: Feeds) {
    let tape = compiled.tape
    for slot in tape.feeds.indices { bound.feeds[slot] = address(of: tape.feeds[slot].name, in: feeds) }
    for slot in tape.state.indices {
      let place = bound.places[slot]
      bound.state[slot] = tape.writesState[slot] ? state.uniqueAddress(at: place) : state.address(at: place)
    }
  }

  private func address(of name: String, in feeds: Feeds) -> UnsafeMutableRawPointer {
    guard let place = feeds.place(of: name) else { preconditionFailure("feed '\(name)' was checked before") }
    return feeds.entries[place].array.storage.base
  }

  private func take() -> BoundExecutor {
    if let idle = free.withLock({ $0.popLast() }) { return idle }
    let tape = compiled.tape
    return BoundExecutor(
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
