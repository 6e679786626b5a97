import TapestryCore

/// One call of an instruction, or of a thread's share of it, in a run that was recorded.
package struct ExecutionEvent: Sendable {
  package let instruction: Int
  /// The thread of the team; 0 is the caller.
  package let thread: Int
  /// Nanoseconds since the run began.
  package let begin: Int
  package let end: Int
}

/// The events of a run: a list for each thread, so that no thread waits for another.
final class EventLog {
  private let lists: UnsafeMutableBufferPointer<[ExecutionEvent]>
  private let start = ContinuousClock.now

  init(threads: Int) {
    lists = .allocate(capacity: threads)
    lists.initialize(repeating: [])
  }

  deinit {
    lists.deinitialize()
    lists.deallocate()
  }

  // Not inlined, so that the code of a run that is not recorded is short.

  /// Nanoseconds since the run began.
  @inline(never) var now: Int { (ContinuousClock.now - start).nanoseconds }

  /// Notes what a thread did from a moment until now.
  @inline(never) func append(_ instruction: Int, thread: Int, since begin: Int) {
    lists[thread].append(ExecutionEvent(instruction: instruction, thread: thread, begin: begin, end: now))
  }

  /// Thread by thread, in the order of time.
  var events: [ExecutionEvent] { lists.flatMap { $0 } }
}
