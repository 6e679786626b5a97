import TapestryTape

/// A lowered program with an order and addresses.
struct PlannedProgram: Sendable {
  let program: LoweredProgram
  let schedule: Schedule
  let intervals: [LiveInterval]
  let offsets: [Int]
  let arenaBytes: Int
  /// Parts of the arena that no instruction may write.
  let guards: [Range<Int>]
  private(set) var work = WorkCounts()

  /// Binds state, orders the drafts and places the buffers; with some updates beside the old values (`BufferedUpdates`)
  /// where that saves more than the barriers it may cost.
  ///
  /// - Parameter guarded: whether no memory is shared and each buffer is followed by a guard.
  init(_ lowered: LoweredProgram, guarded: Bool = false) {
    var binding = StateBinding(lowered)
    self.init(bound: binding.bind(), guarded: guarded)
    let orders = guarded ? [] : BufferedUpdates(lowered).orders
    guard !orders.isEmpty else { return }
    var ordered = lowered
    ordered.orderings += orders
    binding = StateBinding(ordered)
    let buffered = PlannedProgram(bound: binding.bind(), guarded: false)
    if buffered.arenaBytes + orders.count * Scheduler.barrierBytes <= arenaBytes { self = buffered }
  }

  /// Orders the drafts of a program whose state is bound, and places its buffers.
  init(bound program: LoweredProgram, guarded: Bool) {
    self.program = program
    let scheduled = Scheduler(program: program).schedule()
    (schedule, intervals) = (scheduled.schedule, scheduled.live.intervals)
    let placed =
      guarded ? OffsetAllocator.placeApart(intervals) : OffsetAllocator.place(intervals, waves: schedule.waves.count)
    (offsets, arenaBytes) = (placed.offsets, placed.bytes)
    work.tileInstructions = program.drafts.reduce(0) { $0 + ($1.region?.program.instructions.count ?? 0) }
    work.scheduleEdges = scheduled.edges
    work.intervals = intervals.count
    work.intervalSteps = scheduled.live.steps
    work.allocatorSteps = placed.steps
    guards =
      guarded
      ? zip(intervals, offsets).map { $1 + $0.byteCount..<$1 + OffsetAllocator.guarded($0.byteCount) } : []
  }

  /// How many waves at the end, none of them a loop, make nothing but next values of some variables, and need not run
  /// where nobody reads those.
  func idleWaves(unread: Set<Int>) -> Int {
    func isIdle(_ draft: Draft) -> Bool {
      draft.loop == nil && !draft.canFault
        && draft.writes.allSatisfy { buffer in
          switch program.buffers[buffer].location {
          case .state(let slot): unread.contains(slot)
          // What reads it stands in a later wave.
          case .arena: true
          default: false
          }
        }
    }
    return schedule.waves.reversed().prefix { wave in wave.allSatisfy { isIdle(program.drafts[$0]) } }.count
  }

  /// The offset of each arena buffer, by buffer; -1 for others.
  var bufferOffsets: [Int] {
    var result = [Int](repeating: -1, count: program.buffers.count)
    for (index, interval) in intervals.enumerated() {
      for buffer in interval.buffers { result[buffer] = offsets[index] }
    }
    return result
  }
}
