import TapestryCore
import TapestryGraph
import TapestryTape

/// What the compiler made of a program, known before anything runs.
public struct ProgramReport: Sendable, CustomStringConvertible {
  /// A pass with the nodes before and after it and the rules that applied.
  public struct Pass: Sendable {
    /// The name of the pass.
    public let name: String
    /// Nodes the outputs needed before it.
    public let nodesBefore: Int
    /// Nodes the outputs need after it.
    public let nodesAfter: Int
    /// How often its rules applied.
    public let ruleHits: Int
    /// The rules that applied, with how often each did, in the order of the pass.
    public let hits: [RuleHits]
    /// The time it took, in microseconds.
    public let microseconds: Int
  }

  /// A rule that applied.
  public struct RuleHits: Sendable, Hashable {
    /// The name of the rule.
    public let rule: String
    /// How often it applied.
    public let count: Int
  }

  /// A value alive at the peak.
  public struct LiveValue: Sendable {
    /// What it is, in a few words.
    public let name: String
    /// Its size in the arena.
    public let byteCount: Int
  }

  /// What the program was compiled for.
  public let mode: TracingMode
  /// How many shapes and modes the program was compiled for so far.
  public let specializations: Int
  /// Nodes of the trace that the outputs and updates need.
  public let nodesTraced: Int
  /// Nodes that are left of them after the passes.
  public let nodesOptimized: Int
  /// The passes, in the order they ran.
  public let passes: [Pass]
  /// Instructions of the tape.
  public let instructions: Int
  /// Instructions that no vector kernel runs: ops called out to by their reference meaning, and kernels with an operation
  /// that goes element by element.
  public let slowPaths: Int
  /// Waves of the tape: instructions of one wave do not depend on each other.
  public let waves: Int
  /// The size of the arena.
  public let arenaBytes: Int
  /// The greatest sum of bytes alive at once: no arena can be smaller.
  public let liveBytes: Int
  /// The bytes of all values, had each memory of its own.
  public let valueBytes: Int
  /// The bytes of all variables the program reads or writes.
  public let stateBytes: Int
  /// What the arena holds where it holds most, the largest first.
  public let aliveAtPeak: [LiveValue]
  /// What the lints that need no run found in the model.
  public let findings: [LintFinding]
  /// The time of each phase of the compiler, in microseconds.
  public let phases: [(name: String, microseconds: Int)]

  init(_ compiled: CompiledProgram, mode: TracingMode, specializations: Int) {
    self.mode = mode
    self.specializations = specializations
    nodesTraced = compiled.source.reachedCount
    nodesOptimized = compiled.optimized.reachedCount
    passes = compiled.passes.map {
      Pass(
        name: $0.pass, nodesBefore: $0.nodesBefore, nodesAfter: $0.nodesAfter, ruleHits: $0.hits,
        hits: $0.rules.filter { $0.hits > 0 }.map { RuleHits(rule: $0.rule, count: $0.hits) },
        microseconds: $0.microseconds)
    }
    instructions = compiled.tape.instructions.count
    slowPaths = compiled.tape.slowPaths
    waves = compiled.memory.waveCount
    arenaBytes = compiled.memory.arenaBytes
    liveBytes = compiled.memory.liveBytes
    valueBytes = compiled.memory.valueBytes
    stateBytes = compiled.tape.state.reduce(0) { $0 + $1.type.byteCount }
    let store = compiled.optimized.store
    aliveAtPeak = compiled.memory.aliveAtPeak.map { block in
      LiveValue(name: store.label(of: block), byteCount: block.byteCount)
    }
    findings = compiled.findings()
    phases = compiled.phases
  }

  /// All of it as lines of text: sizes, passes, phases, findings, and what is alive at the peak.
  public var description: String {
    var lines = [
      "\(mode): \(nodesTraced) nodes traced, \(nodesOptimized) after the passes, \(instructions) instructions in \(waves) waves",
      "arena \(arenaBytes) bytes (\(liveBytes) alive at the peak, \(valueBytes) in all values), state \(stateBytes) bytes",
    ]
    if slowPaths > 0 {
      lines.append("  \(slowPaths) instructions go element by element or by the meaning of their op, which is slow")
    }
    for pass in passes {
      lines.append(
        "  \(pass.name): \(pass.nodesBefore) -> \(pass.nodesAfter) nodes, \(pass.ruleHits) rule hits, \(pass.microseconds) us"
      )
    }
    for phase in phases { lines.append("  phase \(phase.name): \(phase.microseconds) us") }
    for finding in findings { lines.append("  lint \(finding)") }
    for value in aliveAtPeak.prefix(8) { lines.append("  at the peak: \(value.byteCount) bytes, \(value.name)") }
    return lines.joined(separator: "\n")
  }
}
