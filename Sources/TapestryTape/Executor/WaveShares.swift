import Synchronization
import TapestryCore

// Which units of a wave each thread runs.
//
// Every thread gets the same number of units of each instruction, as far as they can be divided. The units that are
// left over, one a thread at most, go to the threads that have least to do so far, by the costs the tape was written
// with, the dearest instructions first. So two products of one unit each run side by side.
//
// Cores are not equally fast at all times, and some never are. So a share that is dear is taken piece by piece, from its
// front, and a thread that has done its own shares takes pieces of the others'. As long as the cores keep up with each
// other, each runs its own share, from the same memory as ever. Whoever runs a unit, its result is the same; thus who
// does, unlike the tape, may depend on the number of threads and on chance.

/// The units of every instruction, cut into one run for each thread; made once for a tape and a team. Not for use by
/// two waves at once.
package final class WaveShares {
  private let threads: Int
  /// For each instruction the ends of the runs: `threads + 1` numbers, the first of them 0.
  private let ends: [Int]
  /// For each instruction the units taken at a time; 0 where a thread runs its share as one.
  private let pieces: [Int]
  /// For each instruction taken in pieces its number among those of its wave.
  private let numbers: [Int]
  /// For each share of those of the wave being run how many units of it are taken: each in a line of its own.
  private let taken: UnsafeMutablePointer<Atomic<Int>>
  private let takenCount: Int

  /// Nanoseconds, as the tape counts them, that a piece takes at least.
  private static let leastPiece = 100_000.0
  /// The pieces of a share at most: each costs a start, and one that another thread takes finds its cache cold.
  private static let mostPieces = 4
  /// Counters in a cache line.
  private static let spacing = 8

  package init(_ tape: Tape, threads: Int) {
    self.threads = threads
    var ends = Array(repeating: 0, count: tape.instructions.count * (threads + 1))
    var pieces = Array(repeating: 0, count: tape.instructions.count)
    var numbers = pieces
    var most = 0
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
        pieces[index] = WaveShares.piece(units: units / threads, nanoseconds: cost / Double(threads))
      }
      let inPieces = (step.first..<step.first + step.count).filter { pieces[$0] > 0 }
      for (number, index) in inPieces.enumerated() { numbers[index] = number }
      most = Swift.max(most, inPieces.count)
    }
    (self.ends, self.pieces, self.numbers) = (ends, pieces, numbers)
    takenCount = most * threads * WaveShares.spacing
    taken = .allocate(capacity: Swift.max(takenCount, 1))
    for place in 0..<takenCount { (taken + place).initialize(to: Atomic(0)) }
  }

  deinit {
    taken.deinitialize(count: takenCount)
    taken.deallocate()
  }

  /// The units of a piece of a share; 0 where it is not worth two.
  private static func piece(units: Int, nanoseconds: Double) -> Int {
    let count = Swift.min(Int(nanoseconds / leastPiece), mostPieces, units)
    return count < 2 ? 0 : (units + count - 1) / count
  }

  /// The units of an instruction that are a thread's share.
  package func units(of instruction: Int, thread: Int) -> Range<Int> {
    let place = instruction * (threads + 1) + thread
    return ends[place]..<ends[place + 1]
  }

  /// Whether shares of an instruction are taken piece by piece.
  package func isInPieces(_ instruction: Int) -> Bool { pieces[instruction] > 0 }

  /// Puts the pieces of some instructions back, before any thread takes of them.
  package func putBack(_ instructions: Range<Int>) {
    for index in instructions where isInPieces(index) {
      for thread in 0..<threads { counter(index, thread).pointee.store(0, ordering: .relaxed) }
    }
  }

  /// Takes the next piece of a thread's share of an instruction; nil where all of it is taken.
  package func takePiece(of instruction: Int, thread: Int) -> Range<Int>? {
    let share = units(of: instruction, thread: thread), count = pieces[instruction]
    let begin = counter(instruction, thread).pointee.add(count, ordering: .relaxed).oldValue
    guard begin < share.count else { return nil }
    return share.lowerBound + begin..<Swift.min(share.lowerBound + begin + count, share.upperBound)
  }

  private func counter(_ instruction: Int, _ thread: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    taken + (numbers[instruction] * threads + thread) * WaveShares.spacing
  }
}
