import CTapestryKernels
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// The resident thread team.
//
// The caller of a run is thread 0; the others are helpers that wait at the team's `WorkPost`. They hold the post, not
// the team, so that a team ends when its last owner lets go of it. One team serves the process. An executor that finds
// it busy runs alone, which gives the same bits.

/// Threads that run the slices of a wave beside the caller.
package final class ThreadTeam: Sendable {
  /// A piece of work: called once on each thread with the thread's number.
  package typealias Job = @convention(c) (_ context: UnsafeMutableRawPointer, _ thread: Int) -> Void

  /// The team of the process: one thread a core, the caller among them.
  package static let shared = ThreadTeam(threads: Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// How many threads there are, the caller among them.
  package let threads: Int

  private let isTaken = Atomic<Bool>(false)
  private let post: WorkPost
  private let helpers: Helpers

  /// The helpers' handles. `@unchecked Sendable`: constants that only name threads.
  private struct Helpers: @unchecked Sendable {
    let handles: [pthread_t]
  }

  package init(threads: Int) {
    let post = WorkPost()
    self.threads = threads
    self.post = post
    helpers = Helpers(handles: (1..<Swift.max(threads, 1)).map { ThreadTeam.start($0, at: post) })
  }

  deinit {
    post.close()
    for handle in helpers.handles { pthread_join(handle, nil) }
  }

  /// Makes the caller the owner of the team, unless somebody is.
  package func take() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
  }

  package func giveBack() { isTaken.store(false, ordering: .sequentiallyConsistent) }

  /// Runs a job on every thread, the caller among them, and returns when all are done. The caller owns the team.
  package func run(_ job: Job, _ context: UnsafeMutableRawPointer) {
    post.publish(job, context, helpers: threads - 1)
    job(context, 0)
    post.awaitHelpers()
  }

  /// Calls a function once for each number below `count`, in order, each on the thread that is free next and in the
  /// caller's floating-point mode; on the caller alone where somebody has the team.
  package func share(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard take() else {
      for number in 0..<count { body(number) }
      return
    }
    defer { giveBack() }
    withoutActuallyEscaping(body) { body in
      let pile = Pile(count, body)
      run(
        { context, _ in Unmanaged<Pile>.fromOpaque(context).takeUnretainedValue().work() },
        Unmanaged.passUnretained(pile).toOpaque())
    }
  }

  /// Calls that threads take one by one.
  private final class Pile: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: @Sendable (Int) -> Void
    private let mode: UInt64

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.count = count
      self.body = body
      mode = tap_enter_float_mode()
      tap_leave_float_mode(mode)
    }

    func work() {
      let own = tap_enter_float_mode()
      tap_leave_float_mode(mode)
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < count { body(number) }
      tap_leave_float_mode(own)
    }
  }

  /// What a helper thread is started with.
  private final class Errand {
    let post: WorkPost
    let number: Int

    init(_ post: WorkPost, _ number: Int) {
      self.post = post
      self.number = number
    }
  }

  private static func start(_ number: Int, at post: WorkPost) -> pthread_t {
    let errand = Unmanaged.passRetained(Errand(post, number)).toOpaque()
    #if canImport(Darwin)
      var started: pthread_t?
      let status = pthread_create(&started, nil, { ThreadTeam.serve($0) }, errand)
      let handle = started
    #else
      var started = pthread_t()
      let status = pthread_create(&started, nil, { ThreadTeam.serve($0!) }, errand)
      let handle: pthread_t? = started
    #endif
    guard status == 0, let handle else { preconditionFailure("the system refuses another thread") }
    return handle
  }

  private static func serve(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let errand = Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue()
    let saved = tap_enter_float_mode()
    errand.post.serve(as: errand.number)
    tap_leave_float_mode(saved)
    return nil
  }
}
