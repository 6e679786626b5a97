/// Where the time of a step goes, measured on one thread.
public struct ProgramProfile: Sendable {
  /// An instruction of the tape.
  public struct Entry: Sendable {
    /// What it computes, in a few words.
    public let label: String
    /// The kernel that computes it.
    public let routine: String
    /// The least time of one step over all measured, loops summed up.
    public let nanoseconds: Int
  }

  /// The instructions, in the order of the tape.
  public let entries: [Entry]
  /// The least time of one whole step, unprofiled.
  public let stepNanoseconds: Int
  /// The least time an instruction's measuring itself takes.
  public let clockNanoseconds: Int

  /// What a step takes beyond its instructions.
  public var overheadNanoseconds: Int {
    stepNanoseconds - entries.reduce(0) { $0 + max($1.nanoseconds - clockNanoseconds, 0) }
  }
}

extension ProgramProfile: CustomStringConvertible {
  /// The step, then its instructions, the slowest first.
  public var description: String {
    var lines = ["step \(stepNanoseconds) ns, \(overheadNanoseconds) ns of it beyond the instructions"]
    for entry in entries.sorted(by: { $0.nanoseconds > $1.nanoseconds }) {
      lines.append("  \(entry.nanoseconds) ns  \(entry.routine): \(entry.label)")
    }
    return lines.joined(separator: "\n")
  }
}
