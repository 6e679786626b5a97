/// Which drafts must come before which: by the buffers they share, and by orders asked for.
struct Dependencies: Sendable {
  /// For each draft those that come before it.
  private(set) var before: [[Int]]
  /// The drafts that write each buffer: one, or several that each fill a part.
  private(set) var writers: [[Int]]
  /// The drafts that read each buffer.
  private(set) var readers: [[Int]]
  /// The drafts in an order that respects all dependencies.
  private let order: [Int]

  init(_ program: LoweredProgram) {
    before = [[Int]](repeating: [], count: program.drafts.count)
    writers = [[Int]](repeating: [], count: program.buffers.count)
    readers = [[Int]](repeating: [], count: program.buffers.count)
    for (index, draft) in program.drafts.enumerated() {
      for buffer in Set(draft.writes).sorted() { writers[buffer].append(index) }
      for buffer in Set(draft.reads).sorted() { readers[buffer].append(index) }
    }
    for (index, draft) in program.drafts.enumerated() {
      for buffer in Set(draft.reads).sorted() { before[index] += writers[buffer].filter { $0 != index } }
    }
    for (first, then) in program.orderings { before[then].append(first) }
    order = Dependencies.topologicalOrder(before)
  }

  /// The draft that writes a buffer, where it is one.
  func soleWriter(of buffer: Int) -> Int? { writers[buffer].count == 1 ? writers[buffer][0] : nil }

  /// The drafts in an order that respects what comes before each.
  ///
  /// - Complexity: O(drafts + dependencies).
  private static func topologicalOrder(_ before: [[Int]]) -> [Int] {
    var after = [[Int]](repeating: [], count: before.count)
    var waiting = before.map(\.count)
    for (index, list) in before.enumerated() { for first in list { after[first].append(index) } }
    var order = before.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for successor in after[order[next]] {
        waiting[successor] -= 1
        if waiting[successor] == 0 { order.append(successor) }
      }
      next += 1
    }
    precondition(order.count == before.count, "the drafts depend on each other in a circle")
    return order
  }

  /// The earliest wave of each draft.
  func earliestWaves() -> [Int] {
    var wave = [Int](repeating: 0, count: before.count)
    for index in order { wave[index] = earliestWave(of: index, wave) }
    return wave
  }

  /// The earliest wave of a draft, those before it in some waves.
  private func earliestWave(of index: Int, _ wave: [Int]) -> Int { before[index].map { wave[$0] + 1 }.max() ?? 0 }

  /// The latest wave of each draft that keeps the number of waves.
  func latestWaves() -> [Int] {
    let last = earliestWaves().max() ?? 0
    var wave = [Int](repeating: last, count: before.count)
    for index in order.reversed() { for first in before[index] { wave[first] = min(wave[first], wave[index] - 1) } }
    return wave
  }

  /// The earliest wave of a draft that makes less memory than it reads, the latest of one that makes more.
  func thriftyWaves(_ program: LoweredProgram) -> [Int] {
    func bytes(_ buffers: [Int]) -> Int {
      Set(buffers).reduce(0) { sum, buffer in
        program.buffers[buffer].location == .arena ? sum + program.buffers[buffer].byteCount : sum
      }
    }
    return waves { bytes(program.drafts[$0].writes) >= bytes(program.drafts[$0].reads) }
  }

  /// The latest wave of some drafts, and the earliest that leaves to each of the others.
  func waves(late isLate: (Int) -> Bool) -> [Int] {
    let latest = latestWaves()
    var wave = [Int](repeating: 0, count: before.count)
    for index in order { wave[index] = isLate(index) ? latest[index] : earliestWave(of: index, wave) }
    return wave
  }
}
