import TapestryCore
import TapestryTape

// What a run passes through walks arrays by index: in a debug build the generic algorithms of the standard library
// allocate, and a run must not. What a run looks up and writes is in flat memory, so that no reference is counted.

/// An executor with the memory its slots are bound to, and where it found the values of the last run.
///
/// `@unchecked Sendable`: a specialization hands each out to one run at a time.
final class BoundExecutor: @unchecked Sendable {
  let executor: TapeExecutor
  let state: UnsafeMutablePointer<UnsafeMutableRawPointer>
  let feeds: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// The layout of the state that was looked up last; 0 before the first.
  private(set) var layout = 0
  private let variables: UnsafeMutableBufferPointer<ModelState.Binding>
  private let inputs: [Tape.Slot]
  /// Where the entry of each input stood in the last feeds.
  private let inputPlaces: UnsafeMutablePointer<Int>

  init(_ executor: TapeExecutor) {
    self.executor = executor
    let tape = executor.tape
    state = .allocate(capacity: max(tape.state.count, 1))
    feeds = .allocate(capacity: max(tape.feeds.count, 1))
    variables = .allocate(capacity: tape.state.count)
    inputs = tape.feeds
    inputPlaces = .allocate(capacity: max(tape.feeds.count, 1))
    inputPlaces.initialize(repeating: 0, count: tape.feeds.count)
  }

  deinit {
    state.deallocate()
    feeds.deallocate()
    variables.deallocate()
    inputPlaces.deallocate()
  }

  /// Notes where the variables stand in states of one layout. The state must hold them all.
  func lookUp(_ state: ModelState) {
    let tape = executor.tape
    for (slot, variable) in tape.state.enumerated() {
      let binding = ModelState.Binding(place: state.place(of: variable.name)!, isWritten: tape.writesState[slot])
      variables.initializeElement(at: slot, to: binding)
    }
    layout = state.layout
  }

  /// Points the slots at the memory of a state of the layout looked up and of feeds that fit.
  func bind(_ state: inout ModelState, _ feeds: Feeds) {
    state.bind(UnsafeBufferPointer(variables), to: self.state)
    for slot in inputs.indices {
      guard let place = feeds.place(of: inputs[slot].name, near: inputPlaces[slot]) else {
        preconditionFailure("feed '\(inputs[slot].name)' was checked before")
      }
      inputPlaces[slot] = place
      self.feeds[slot] = feeds.entries[place].array.storage.base
    }
  }
}
