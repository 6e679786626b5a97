import Synchronization
import TapestryCore
import TapestryGraph
import TapestryTape

/// A program compiled for the types of some feeds, with executors that are free.
final class Specialization: Sendable {
  let mode: TracingMode
  let compiled: CompiledProgram
  private let team: ThreadTeam?
  private let kernels: KernelTable
  private let free = Mutex<[BoundExecutor]>([])

  init(_ compiled: CompiledProgram, mode: TracingMode, team: ThreadTeam?, kernels: KernelTable) {
    self.compiled = compiled
    self.mode = mode
    self.team = team
    self.kernels = kernels
  }

  /// Whether it was compiled for feeds of these types.
  func fits(_ feeds: Feeds, _ mode: TracingMode) -> Bool {
    self.mode == mode && feeds.match(compiled.declaredFeeds)
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
    let bound = take()
    defer { free.withLock { $0.append(bound) } }
    if bound.layout != state.layout {
      try checkState(state)
      bound.lookUp(state)
    }
    bound.bind(&state, feeds)
    return try withExtendedLifetime(state) { () throws(TapestryError) in
      try withExtendedLifetime(feeds) { () throws(TapestryError) in try body(bound) }
    }
  }

  private func take() -> BoundExecutor {
    if let idle = free.withLock({ $0.popLast() }) { return idle }
    return BoundExecutor(TapeExecutor(compiled.tape, kernels: kernels, team: team))
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
