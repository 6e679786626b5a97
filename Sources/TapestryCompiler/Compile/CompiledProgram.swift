package import TapestryCore
package import TapestryGraph
package import TapestryTape

// The compiler from a traced graph to a tape.
//
//   ProgramGraph(tracing:)   the roots of the trace; diagnostics end it here
//   passes                   graph to graph, by rules
//   ViewAccesses             views become strides; what strides cannot say is copied
//   Fuser                    the graph cut into kernels
//   Lowering                 kernels become drafts of instructions over buffers
//   PlannedProgram           state bound, drafts ordered in waves, buffers placed in the arena
//   TapeWriter               instructions and operands
//
// Every product of the road is kept, so that each can be looked at and checked.

/// A program with everything the compiler made of it.
package struct CompiledProgram: Sendable {
  /// The program as traced.
  package let source: ProgramGraph
  /// The program after all passes.
  package let optimized: ProgramGraph
  /// The passes that ran, and what each did.
  package let plan: PassPlan
  package let passes: [PassReport]
  /// The rules that made the nodes of the optimised program.
  package let trail: RuleTrail
  package let fusion: FusionPlan
  package let memory: MemoryPlan
  package let tape: Tape
  package private(set) var work: WorkCounts
  /// The time of each phase, in microseconds.
  package let phases: [(name: String, microseconds: Int)]
  /// The inputs of the trace, whether or not the optimised program reads them.
  package let declaredFeeds: [Tape.Slot]

  /// Compiles a traced graph.
  ///
  /// - Throws: `invalidGraph` with the graph's diagnostics; `memoryLimit` when arena and state need more than allowed.
  package init(_ graph: Graph, _ options: CompilerOptions = CompilerOptions()) throws(TapestryError) {
    var program = try ProgramGraph(tracing: graph)
    if !options.updatesState {
      program.roots.removeAll { if case .state = $0.target { true } else { false } }
    }
    try self.init(program, options)
  }

  /// Compiles a program; one that does not fit the memory limit is tried again with loops that keep less.
  package init(_ program: ProgramGraph, _ options: CompilerOptions = CompilerOptions()) throws(TapestryError) {
    do {
      try self.init(program, options, options.loopMemory ?? .everything)
    } catch {
      guard error.code == .memoryLimit, options.loopMemory == nil, let interval = program.shortestCheckpoints else {
        throw error
      }
      try self.init(program, options, .every(interval))
    }
  }

  private init(
    _ program: ProgramGraph, _ options: CompilerOptions, _ loopMemory: LoopMemory
  ) throws(TapestryError) {
    var clock = PhaseClock()
    source = program
    declaredFeeds = program.store.effects.inputs.map { Tape.Slot($0.name, program.store.type(of: $0.value)) }
    try CompiledProgram.checkSizes(program)
    var context = PassContext(verifies: options.verifies)
    let plan = options.unrollsLoops ? options.passes.inserting(UnrollPass(), after: "loops") : options.passes
    self.plan = PassPlan(try loopMemory.passes + plan.passes)
    optimized = try self.plan.run(program, &context)
    passes = context.reports
    trail = context.trail
    clock.mark("passes")
    let fused = FusedProgram(optimized, BodyOptions(fuses: options.fuses, guardsBuffers: options.guardsBuffers))
    fusion = fused.plan
    clock.mark("fusion")
    let lowered = try fused.lowered()
    clock.mark("lowering")
    let planned = PlannedProgram(lowered, guarded: options.guardsBuffers)
    memory = MemoryPlan(planned)
    work = planned.work
    work.fusionEdges = fusion.edgeVisits
    clock.mark("schedule and memory")
    try CompiledProgram.check(planned, options.memoryLimit, optimized)
    var writer = TapeWriter(costs: options.costs)
    tape = writer.write(planned)
    clock.mark("tape")
    phases = clock.phases
  }

  /// Ends the compilation of a program with a value no machine holds, before sizes are added up.
  private static func checkSizes(_ program: ProgramGraph) throws(TapestryError) {
    let store = program.store
    for (node, isReached) in store.reach(of: program.roots.map(\.value)).enumerated() where isReached {
      for output in 0..<store.resultCount(of: node) {
        let type = store.type(of: Value(node, output))
        guard type.byteCount > mostBytes else { continue }
        throw TapestryError(
          .memoryLimit, "\(store.label(of: [node])) is \(type), more than any machine holds",
          remedy: "use a smaller batch or model", at: store.origins(of: node).last?.place)
      }
    }
  }

  /// The most bytes of one value: 16 TiB.
  static let mostBytes = 1 << 44

  private static func check(_ planned: PlannedProgram, _ limit: Int?, _ program: ProgramGraph) throws(TapestryError) {
    let state = planned.program.state.reduce(0) { $0 + $1.type.byteCount }
    guard let limit, planned.arenaBytes + state > limit else { return }
    let memory = MemoryPlan(planned)
    let largest = memory.aliveAtPeak.prefix(5).map { block in
      "\(block.byteCount) bytes: \(program.store.label(of: block))"
    }
    throw TapestryError(
      .memoryLimit,
      "the program needs \(planned.arenaBytes) bytes of arena and \(state) of state, above the limit of \(limit)",
      remedy: "use a smaller batch or model, or raise the limit; alive at the peak:", notes: largest)
  }
}

/// The time since the last mark.
private struct PhaseClock {
  private(set) var phases: [(name: String, microseconds: Int)] = []
  private var last = ContinuousClock.now

  mutating func mark(_ name: String) {
    let now = ContinuousClock.now
    phases.append((name, (now - last).nanoseconds / 1000))
    last = now
  }
}
