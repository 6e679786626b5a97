import CTapestryKernels
import Foundation
import TapestryCore
import TapestryTape

// What the machine can do at most, measured in the run it is compared with: float32 multiply-adds of the instruction
// set in use, and copying from memory to memory, on all threads asked for. Each is tried for some time and the best
// try counts.

/// The measured limits of the machine.
struct Machine: Sendable {
  /// The instruction set: the best there is, or the lower one that `TAPESTRY_LEVEL` names.
  let level: String
  let threads: Int
  /// Multiply-adds counted twice.
  let gigaflopsPerSecond: Double
  /// Bytes read and written.
  let gigabytesPerSecond: Double

  /// How long each limit is tried.
  private static let seconds = 0.4
  /// The bytes each thread copies: far more than caches hold.
  private static let copied = 1 << 26
  private static let rounds = 2_000_000

  /// Measures this machine.
  ///
  /// - Parameter threads: nil for one a core.
  static func measured(threads: Int?) -> Machine {
    let team = threads.map { ThreadTeam(threads: $0) } ?? .shared
    let table = KernelTable.best
    var work = Work(table: table.table, memory: [])
    let operations = 2 * Int(table.table.pointee.multiply_adds_a_round) * rounds * team.threads
    let compute = best(team, &work) { context, _ in
      let work = context.assumingMemoryBound(to: Work.self)
      let result = work.pointee.table.pointee.multiply_adds(Int64(Machine.rounds), 0.999, 0.001)
      precondition(result.isFinite, "a sum of small numbers is one")
    }
    work.memory = (0..<2 * team.threads).map { _ in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: copied, alignment: 4096)
      memory.initializeMemory(as: UInt8.self, repeating: 1, count: copied)
      return memory
    }
    defer { for memory in work.memory { memory.deallocate() } }
    let copy = best(team, &work) { context, thread in
      let memory = context.assumingMemoryBound(to: Work.self).pointee.memory
      memory[2 * thread].copyMemory(from: memory[2 * thread + 1], byteCount: Machine.copied)
    }
    return Machine(
      level: table.name, threads: team.threads, gigaflopsPerSecond: Double(operations) / compute,
      gigabytesPerSecond: Double(2 * copied * team.threads) / copy)
  }

  private struct Work {
    let table: UnsafePointer<tap_table>
    var memory: [UnsafeMutableRawPointer]
  }

  /// The nanoseconds of the shortest try.
  private static func best(_ team: ThreadTeam, _ work: inout Work, _ job: ThreadTeam.Job) -> Double {
    withUnsafeMutablePointer(to: &work) { context in
      let start = ContinuousClock.now
      var least = Int.max
      repeat {
        let begin = ContinuousClock.now
        team.run(job, context)
        least = min(least, (ContinuousClock.now - begin).nanoseconds)
      } while ContinuousClock.now - start < .seconds(seconds)
      return Double(least)
    }
  }

  /// The fields in order, with tabs between, each with its name.
  var line: String {
    [
      "machine", level, "\(threads) threads", String(format: "%.1f GFLOP/s", gigaflopsPerSecond),
      String(format: "%.1f GB/s copied", gigabytesPerSecond),
    ].joined(separator: "\t")
  }
}
