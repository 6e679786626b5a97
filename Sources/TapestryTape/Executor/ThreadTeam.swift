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
// The caller of a run is thread 0; the others wait for work. A piece of work is published by writing the job and
// then raising the epoch; each helper sees the epoch change, runs its share and counts itself off. A helper that
// has waited for some thousand pauses goes to sleep on a condition variable, and the caller wakes sleepers only when there
// are any, so a busy program pays no system call and an idle one no processor time. All orderings are sequentially
// consistent: a helper that announces its sleep and then finds the epoch unchanged is certain to be woken.
// One team serves the process. An executor that finds it busy runs alone, which gives the same bits.

/// Threads that run the slices of a wave beside the caller.
///
/// `@unchecked Sendable`: `job` is written by the owner of the team alone, before the epoch that publishes it.
package final class ThreadTeam: @unchecked Sendable {
  /// A piece of work: called once on each thread with the thread's number.
  package typealias Job = @convention(c) (_ context: UnsafeMutableRawPointer, _ thread: Int) -> Void

  /// The team of the process: one thread a core, the caller among them.
  package static let shared = ThreadTeam(threads: Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// How many threads there are, the caller among them.
  package let threads: Int

  private let epoch = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isTaken = Atomic<Bool>(false)
  private let isClosing = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var job: (run: Job, context: UnsafeMutableRawPointer)?
  private var handles: [pthread_t] = []

  package init(threads: Int) {
    self.threads = threads
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for number in 1..<Swift.max(threads, 1) { start(number) }
  }

  deinit {
    isClosing.store(true, ordering: .sequentiallyConsistent)
    epoch.add(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
    for handle in handles { pthread_join(handle, nil) }
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  /// Makes the caller the owner of the team, unless somebody is.
  package func take() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
  }

  package func giveBack() { isTaken.store(false, ordering: .sequentiallyConsistent) }

  /// Runs a job on the first `count` threads, the caller among them, and returns when all are done. The caller owns the team.
  package func run(_ job: Job, _ context: UnsafeMutableRawPointer) {
    self.job = (job, context)
    working.store(threads - 1, ordering: .sequentiallyConsistent)
    epoch.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
    job(context, 0)
    var pauses = 0
    while working.load(ordering: .acquiring) > 0 { ThreadTeam.pause(&pauses) }
  }

  private func wakeSleepers() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  /// Waits a moment: a pause, and now and then the processor for somebody else.
  private static func pause(_ pauses: inout Int) {
    pauses += 1
    if pauses % 256 == 0 { sched_yield() } else { tap_pause() }
  }

  /// What a helper thread is started with. The thread must not keep the team alive.
  private final class Helper {
    unowned let team: ThreadTeam
    let number: Int

    init(_ team: ThreadTeam, _ number: Int) {
      self.team = team
      self.number = number
    }
  }

  private func start(_ number: Int) {
    let helper = Unmanaged.passRetained(Helper(self, number)).toOpaque()
    #if canImport(Darwin)
      var handle: pthread_t?
      let status = pthread_create(&handle, nil, { ThreadTeam.serve($0) }, helper)
      if status == 0, let handle { handles.append(handle) }
    #else
      var handle = pthread_t()
      let status = pthread_create(&handle, nil, { ThreadTeam.serve($0!) }, helper)
      if status == 0 { handles.append(handle) }
    #endif
    precondition(status == 0, "the system refuses another thread")
  }

  /// The life of a helper thread.
  private static func serve(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let helper = Unmanaged<Helper>.fromOpaque(argument).takeRetainedValue()
    let team = helper.team
    let saved = tap_enter_float_mode()
    var seen = 0
    while true {
      seen = team.nextEpoch(after: seen)
      if team.isClosing.load(ordering: .sequentiallyConsistent) { break }
      if let job = team.job { job.run(job.context, helper.number) }
      team.working.subtract(1, ordering: .releasing)
    }
    tap_leave_float_mode(saved)
    return nil
  }

  /// Waits for an epoch: awake at first, then asleep.
  private func nextEpoch(after seen: Int) -> Int {
    for pause in 1...4096 {
      let now = epoch.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      if pause % 512 == 0 { sched_yield() } else { tap_pause() }
    }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while epoch.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return epoch.load(ordering: .sequentiallyConsistent)
  }
}
