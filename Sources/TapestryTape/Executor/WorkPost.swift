import CTapestryKernels
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// Where the threads of a team meet.
//
// A piece of work is published by writing the job and then raising the epoch; each helper sees the epoch change, runs
// its share and counts itself off. A helper that has waited for some thousand pauses goes to sleep on a condition
// variable, and the caller wakes sleepers only when there are any, so a busy program pays no system call and an idle one
// no processor time. Orderings are sequentially consistent: a helper that announces its sleep and then finds the epoch
// unchanged is certain to be woken. The post outlives the team until the last helper has left.

/// `@unchecked Sendable`: `job` is written by the owner of the team alone, before the epoch that publishes it.
final class WorkPost: @unchecked Sendable {
  private let epoch = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var job: (run: ThreadTeam.Job, context: UnsafeMutableRawPointer)?

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  /// Gives a job to that many helpers.
  func publish(_ job: ThreadTeam.Job, _ context: UnsafeMutableRawPointer, helpers: Int) {
    self.job = (job, context)
    working.store(helpers, ordering: .sequentiallyConsistent)
    epoch.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
  }

  /// Waits until every helper has counted itself off.
  func awaitHelpers() {
    var pauses = 0
    while working.load(ordering: .acquiring) > 0 {
      pauses += 1
      if pauses % 256 == 0 { sched_yield() } else { tap_pause() }
    }
  }

  /// Sends the helpers home.
  func close() {
    isClosing.store(true, ordering: .sequentiallyConsistent)
    epoch.add(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  /// The life of a helper: job after job until the post closes.
  func serve(as number: Int) {
    var seen = 0
    while true {
      seen = nextEpoch(after: seen)
      if isClosing.load(ordering: .sequentiallyConsistent) { return }
      if let job { job.run(job.context, number) }
      working.subtract(1, ordering: .releasing)
    }
  }

  private func wakeSleepers() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
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
