public import TapestryGraph

// Where the time of a step goes.
//
// Steps are measured in turn: whole with the team, whole on one thread, and recorded instruction by instruction both
// ways. Of each figure the least over all steps counts, since what disturbs a measurement only adds to it. The time of
// an instruction holds one reading of the clock, which is taken off.

/// Where the time of a step goes, instruction by instruction.
public struct ProgramProfile: Sendable {
  /// An instruction of the tape. All figures are those of one step: what a loop runs again and again is summed up.
  public struct Entry: Sendable {
    /// What it computes, in a few words.
    public let label: String
    /// The kernel that computes it.
    public let routine: String
    /// The scope of the model it belongs to; empty at the top.
    public let layer: String
    /// What it is for.
    public let phase: Phase
    /// Its wave, counted from 0: instructions of one wave do not depend on each other.
    public let wave: Int
    /// How often it runs in a step: more than once in a loop.
    public let runs: Int
    /// The least time on one thread.
    public let nanoseconds: Int
    /// The least time of its longest share when the team runs it.
    public let sharedNanoseconds: Int
    /// Arithmetic operations by the definitions of its ops; a multiply-add counts two.
    public let flops: Int
    /// Bytes of its operands.
    public let bytes: Int

    /// Arithmetic operations a nanosecond on one thread, in GFLOP/s.
    public var gigaflopsPerSecond: Double { nanoseconds > 0 ? Double(flops) / Double(nanoseconds) : 0 }
    /// Bytes of operands a nanosecond on one thread, in GB/s.
    public var gigabytesPerSecond: Double { nanoseconds > 0 ? Double(bytes) / Double(nanoseconds) : 0 }
  }

  /// The sum over some instructions.
  public struct Total: Sendable {
    /// What they have in common.
    public let name: String
    /// How many there are.
    public let instructions: Int
    /// The time on one thread.
    public let nanoseconds: Int
    /// The longest shares when the team runs them.
    public let sharedNanoseconds: Int
    /// Arithmetic operations.
    public let flops: Int
    /// Bytes of operands.
    public let bytes: Int
  }

  /// The instructions, in the order of the tape.
  public let entries: [Entry]
  /// The threads of the team.
  public let threads: Int
  /// The least time of one whole step with the team.
  public let stepNanoseconds: Int
  /// The least time of one whole step on one thread.
  public let soloStepNanoseconds: Int

  /// What a step on one thread takes beyond its instructions.
  public var overheadNanoseconds: Int { soloStepNanoseconds - entries.reduce(0) { $0 + $1.nanoseconds } }

  /// The sums over the instructions of each layer, in the order the layers first appear.
  public var layers: [Total] { totals { $0.layer } }

  /// The sums over forward, gradient and update.
  public var phases: [Total] { totals { $0.phase.rawValue } }

  private func totals(by name: (Entry) -> String) -> [Total] {
    var order: [String] = []
    for entry in entries where !order.contains(name(entry)) { order.append(name(entry)) }
    return order.map { wanted in
      let some = entries.filter { name($0) == wanted }
      func sum(_ figure: (Entry) -> Int) -> Int { some.reduce(0) { $0 + figure($1) } }
      return Total(
        name: wanted, instructions: some.count, nanoseconds: sum { $0.nanoseconds },
        sharedNanoseconds: sum { $0.sharedNanoseconds }, flops: sum { $0.flops }, bytes: sum { $0.bytes })
    }
  }
}

extension ProgramProfile: CustomStringConvertible {
  /// The step, then its instructions, the slowest first.
  public var description: String {
    var lines = [
      "step \(stepNanoseconds) ns on \(threads) threads, \(soloStepNanoseconds) ns on one, \(overheadNanoseconds) ns of it "
        + "beyond the instructions"
    ]
    for entry in entries.sorted(by: { $0.nanoseconds > $1.nanoseconds }) {
      lines.append("  \(entry.nanoseconds) ns  \(entry.routine): \(entry.label)")
    }
    return lines.joined(separator: "\n")
  }
}
