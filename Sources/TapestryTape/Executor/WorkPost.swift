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
// its share and counts itself off. Cores that lie far apart take half a microsecond to pass a line of their caches to
// and fro, so what they tell each other is laid out in three lines: the notice, which the owner of the team alone
// writes, the count of jobs done, which helpers alone write, and what hardly ever changes. A meeting is then two
// messages. A helper that has waited for some thousand pauses goes to sleep on a condition variable, and the caller
// wakes sleepers only when there are any, so a busy program pays no system call and an idle one no processor time.
// Orderings are sequentially consistent: a helper that announces its sleep and then finds the epoch unchanged is certain
// to be woken. The post outlives the team until the last helper has left.

/// `@unchecked Sendable`: `job` is written by the owner of the team alone, before the epoch that publishes it.
final class WorkPost: @unchecked Sendable {
  /// Work to do: its number and what it is.
  private struct Notice: ~Copyable {
    let epoch = Atomic<Int>(0)
    var job: (run: ThreadTeam.Job, context: UnsafeMutableRawPointer)?
  }

  /// Who must be told more than that.
  private struct Roll: ~Copyable {
    let sleepers = Atomic<Int>(0)
    let isClosing = Atomic<Bool>(false)
  }

  /// Bytes two lines of a cache are apart for certain: some caches fetch them in pairs.
  private static let line = 128

  private let lines = UnsafeMutableRawPointer.allocate(byteCount: 3 * line, alignment: line)
  private let notice: UnsafeMutablePointer<Notice>
  /// Jobs done by all helpers since the post was opened.
  private let done: UnsafeMutablePointer<Atomic<Int>>
  private let roll: UnsafeMutablePointer<Roll>
  /// What `done` is when the job published last is done: the owner's.
  private var due = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    notice = lines.bindMemory(to: Notice.self, capacity: 1)
    done = (lines + WorkPost.line).bindMemory(to: Atomic<Int>.self, capacity: 1)
    roll = (lines + 2 * WorkPost.line).bindMemory(to: Roll.self, capacity: 1)
    notice.initialize(to: Notice())
    done.initialize(to: Atomic(0))
    roll.initialize(to: Roll())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
    lines.deallocate()
  }

  /// Gives a job to that many helpers.
  func publish(_ job: ThreadTeam.Job, _ context: UnsafeMutableRawPointer, helpers: Int) {
    due += helpers
    notice.pointee.job = (job, context)
    raiseEpoch()
    if roll.pointee.sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
  }

  /// Waits until every helper has counted itself off.
  func awaitHelpers() {
    var pauses = 0
    while done.pointee.load(ordering: .acquiring) != due {
      pauses += 1
      if pauses % 256 == 0 { sched_yield() } else { tap_pause() }
    }
  }

  /// Sends the helpers home.
  func close() {
    roll.pointee.isClosing.store(true, ordering: .sequentiallyConsistent)
    raiseEpoch()
    wakeSleepers()
  }

  /// The life of a helper: job after job until the post closes.
  func serve(as number: Int) {
    var seen = 0
    while true {
      seen = nextEpoch(after: seen)
      if roll.pointee.isClosing.load(ordering: .sequentiallyConsistent) { return }
      if let job = notice.pointee.job { job.run(job.context, number) }
      done.pointee.add(1, ordering: .releasing)
    }
  }

  private func raiseEpoch() { notice.pointee.epoch.add(1, ordering: .sequentiallyConsistent) }

  private func wakeSleepers() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for an epoch: awake at first, then asleep.
  private func nextEpoch(after seen: Int) -> Int {
    for pause in 1...4096 {
      let now = notice.pointee.epoch.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      if pause % 512 == 0 { sched_yield() } else { tap_pause() }
    }
    pthread_mutex_lock(mutex)
    roll.pointee.sleepers.add(1, ordering: .sequentiallyConsistent)
    while notice.pointee.epoch.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
    roll.pointee.sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return notice.pointee.epoch.load(ordering: .sequentiallyConsistent)
  }
}
