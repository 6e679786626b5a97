import TapestryCore
import TapestryGraph
import TapestryTape

/// What the compiler made of a program, known before anything runs.
public struct ProgramReport: Sendable, CustomStringConvertible {
  /// A pass with the nodes before and after it and the rules that applied.
  public struct Pass: Sendable {
    public let name: String
    public let nodesBefore: Int
    public let nodesAfter: Int
    public let ruleHits: Int
    public let microseconds: Int
  }

  /// A value alive at the peak.
  public struct LiveValue: Sendable {
    public let name: String
    public let byteCount: Int
  }

  public let mode: TracingMode
  /// How many shapes and modes the program was compiled for so far.
  public let specializations: Int
  public let nodesTraced: Int
  public let nodesOptimized: Int
  public let passes: [Pass]
  public let instructions: Int
  public let waves: Int
  /// The size of the arena.
  public let arenaBytes: Int
  /// The greatest sum of bytes alive at once: no arena can be smaller.
  public let liveBytes: Int
  /// The bytes of all values, had each memory of its own.
  public let valueBytes: Int
  public let stateBytes: Int
  public let aliveAtPeak: [LiveValue]
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
        microseconds: $0.microseconds)
    }
    instructions = compiled.tape.instructions.count
    waves = compiled.memory.waveCount
    arenaBytes = compiled.memory.arenaBytes
    liveBytes = compiled.memory.liveBytes
    valueBytes = compiled.memory.valueBytes
    stateBytes = compiled.tape.state.reduce(0) { $0 + $1.type.byteCount }
    let store = compiled.optimized.store
    aliveAtPeak = compiled.memory.aliveAtPeak.map { block in
      LiveValue(name: store.label(of: block), byteCount: block.byteCount)
    }
    phases = compiled.phases
  }

  public var description: String {
    var lines = [
      "\(mode): \(nodesTraced) nodes traced, \(nodesOptimized) after the passes, \(instructions) instructions in \(waves) waves",
      "arena \(arenaBytes) bytes (\(liveBytes) alive at the peak, \(valueBytes) in all values), state \(stateBytes) bytes",
    ]
    for pass in passes {
      lines.append(
        "  \(pass.name): \(pass.nodesBefore) -> \(pass.nodesAfter) nodes, \(pass.ruleHits) rule hits, \(pass.microseconds) us"
      )
    }
    for phase in phases { lines.append("  phase \(phase.name): \(phase.microseconds) us") }
    for value in aliveAtPeak.prefix(8) { lines.append("  at the peak: \(value.byteCount) bytes, \(value.name)") }
    return lines.joined(separator: "\n")
  }
}
