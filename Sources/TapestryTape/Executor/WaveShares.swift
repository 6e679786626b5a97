// Which units of a wave each thread runs.
//
// Every thread gets the same number of units of each instruction, as far as they can be divided. The units that are
// left over, one a thread at most, go to the threads that have least to do so far, by the costs the tape was written
// with, the dearest instructions first. So two products of one unit each run side by side. Whoever runs a unit, its
// result is the same; thus the shares, unlike the tape, may depend on the number of threads.

/// The units of every instruction, cut into one run for each thread; made once for a tape and a team.
package struct WaveShares {
  private let threads: Int
  /// For each instruction the ends of the runs: `threads + 1` numbers, the first of them 0.
  private var ends: [Int]

  package init(_ tape: Tape, threads: Int) {
    self.threads = threads
    ends = Array(repeating: 0, count: tape.instructions.count * (threads + 1))
    for step in tape.steps where step.kind == .wave {
      var loads = [Double](repeating: 0, count: threads)
      let costs = (step.first..<step.first + step.count).map { ($0, tape.instructions[$0].nanoseconds) }
      for (index, cost) in costs.sorted(by: { $0.1 > $1.1 || $0.1 == $1.1 && $0.0 < $1.0 }) {
        let units = tape.instructions[index].units
        let idlest = (0..<threads).sorted { loads[$0] < loads[$1] || loads[$0] == loads[$1] && $0 < $1 }
        let extra = Set(idlest.prefix(units % threads))
        for thread in 0..<threads {
          let own = units / threads + (extra.contains(thread) ? 1 : 0)
          ends[index * (threads + 1) + thread + 1] = ends[index * (threads + 1) + thread] + own
          loads[thread] += cost * Double(own) / Double(Swift.max(units, 1))
        }
      }
    }
  }

  /// The units of an instruction that a thread runs.
  package func units(of instruction: Int, thread: Int) -> Range<Int> {
    let place = instruction * (threads + 1) + thread
    return ends[place]..<ends[place + 1]
  }
}
