import Synchronization
public import TapestryCore
import TapestryGraph
package import TapestryTape

/// How programs are compiled and run.
public struct ProgramOptions: Sendable {
  /// Threads of a run: `nil` for one a core.
  public var threads: Int?
  /// The most bytes arena and state may take together.
  public var memoryLimit: Int?
  /// What loops keep of their steps for the gradient: `nil` for everything, unless the memory limit asks for less.
  public var loopMemory: LoopMemory?
  package var compiler = CompilerOptions()

  /// Options; what is left out is as its property says.
  public init(threads: Int? = nil, memoryLimit: Int? = nil, loopMemory: LoopMemory? = nil) {
    self.threads = threads
    self.memoryLimit = memoryLimit
    self.loopMemory = loopMemory
  }
}

// A program is a function that builds a graph, traced again for each new shape of its feeds and mode, compiled once for
// each, and kept. State is apart from it, by path. Runs may come from any task: each takes an executor of its own.

/// A model or training step that can be run: traced, compiled and cached by the shapes of its feeds.
public final class Program: Sendable {
  private let build: @Sendable (Tracing) -> Void
  private let options: ProgramOptions
  private let team: ThreadTeam?
  private let cache = Mutex<[Specialization]>([])
  /// The latest trace of a training step that nothing was compiled of yet.
  private let pending = Mutex<(types: [String: TensorType], tracing: Tracing)?>(nil)

  /// A program traced from a function. The function is called when shapes are first known, and must build the same
  /// graph for the same shapes and mode.
  public static func traced(_ build: @escaping @Sendable (Tracing) -> Void) -> Program {
    Program(ProgramOptions(), build)
  }

  /// A program traced from a function, as above, with other threads than one a core or with a memory limit.
  public static func traced(
    _ options: ProgramOptions, _ build: @escaping @Sendable (Tracing) -> Void
  ) -> Program {
    Program(options, build)
  }

  private init(_ options: ProgramOptions, _ build: @escaping @Sendable (Tracing) -> Void) {
    self.build = build
    self.options = options
    team =
      switch options.threads {
      case nil: .shared
      case .some(let count) where count > 1: ThreadTeam(threads: count)
      default: nil
      }
  }

  /// Start values of every variable of the program.
  ///
  /// - Parameter feeds: needed only by models that cannot be traced for any size of their open extents.
  /// - Throws: `invalidGraph`; `invalidState` when the shape of a variable depends on an open extent; `memoryLimit` when
  ///   the variables alone are above it.
  public func initialState(seed: Int = 0, feeds: Feeds? = nil) throws(TapestryError) -> ModelState {
    if let feeds, let known = cache.withLock({ known(feeds, .training, in: $0) }) {
      return startValues(of: known.compiled.source.store.effects.variables, seed)
    }
    let traces: [Tracing]
    if let feeds {
      try feeds.validate()
      let tracing = trace(.training, feeds)
      pending.withLock { $0 = (types(of: feeds), tracing) }
      traces = [tracing]
    } else {
      traces = [2, 3].map { Tracing(mode: .training, feeds: nil, placeholder: $0) }
      for tracing in traces { tracing.trace(build) }
    }
    for tracing in traces { try validate(tracing.graph, isProbe: feeds == nil) }
    let variables = traces.map { $0.graph.snapshot.effects.variables }
    for (a, b) in zip(variables[0], variables.last!) where a.type != b.type {
      throw TapestryError(
        .invalidState, "the shape of '\(a.path)' depends on an open extent of an input",
        remedy: "fix that extent in the declaration of the input",
        at: a.declared)
    }
    try checkSize(of: variables[0])
    return startValues(of: variables[0], seed)
  }

  /// Start values; each is a function of its variable and the seed, so threads share them out, the largest first.
  private func startValues(of variables: [Variable], _ seed: Int) -> ModelState {
    let order = variables.indices.sorted {
      let (a, b) = (variables[$0].type.byteCount, variables[$1].type.byteCount)
      return a > b || a == b && $0 < $1
    }
    let values = Mutex<[String: NDArray]>([:])
    @Sendable func make(_ place: Int) {
      let variable = variables[order[place]]
      let value = variable.initializer(variable.type, RandomStream(seed: seed, name: variable.path))
      values.withLock { $0[variable.path] = value }
    }
    if let team, variables.contains(where: { $0.type.byteCount >= Program.sharedBytes }) {
      team.share(order.count, make)
    } else {
      for place in order.indices { make(place) }
    }
    return ModelState(values.withLock { $0 })
  }

  /// The size of a variable from which on making start values is worth more than one thread.
  private static let sharedBytes = 1 << 16

  /// Ends before memory is asked for that is not there, or not allowed.
  private func checkSize(of variables: [Variable]) throws(TapestryError) {
    var total = 0
    for variable in variables {
      let (sum, overflows) = total.addingReportingOverflow(variable.type.byteCount)
      guard !overflows, sum <= min(options.memoryLimit ?? .max, CompiledProgram.mostBytes) else {
        throw TapestryError(
          .memoryLimit,
          "'\(variable.path)' is \(variable.type), which takes the state above "
            + (options.memoryLimit.map { "the limit of \($0) bytes" } ?? "what any machine holds"),
          remedy: "use a smaller model" + (options.memoryLimit == nil ? "" : ", or raise the limit"),
          at: variable.declared)
      }
      total = sum
    }
  }

  /// Throws a graph's diagnostics; those of a probe may come from the sizes tried for open extents.
  private func validate(_ graph: Graph, isProbe: Bool) throws(TapestryError) {
    do { try graph.validate() } catch {
      guard isProbe else { throw error }
      throw TapestryError(
        error.code, error.message,
        remedy: error.remedy + "; if it is the size tried for an open extent that does not fit, pass `feeds:`",
        at: error.place, notes: error.notes)
    }
  }

  /// Runs the program once, in training mode: state is updated in place.
  ///
  /// - Throws: for feeds or state that do not fit, a faulty graph, an index out of range; state is then as it was.
  public func run(_ state: inout ModelState, _ feeds: Feeds) throws(TapestryError) -> Results {
    var results = Results()
    try run(&state, feeds, into: &results)
    return results
  }

  /// Runs the program once and writes the results into those of an earlier run: no allocation.
  ///
  /// - Throws: as ``run(_:_:)`` does; the results are then as they were, too.
  public func run(_ state: inout ModelState, _ feeds: Feeds, into results: inout Results) throws(TapestryError) {
    try specialization(feeds, .training).run(&state, feeds, into: &results)
  }

  /// Runs the program once in evaluation mode: state is only read.
  ///
  /// - Throws: as ``run(_:_:)`` does.
  public func evaluate(_ state: ModelState, _ feeds: Feeds) throws(TapestryError) -> Results {
    var results = Results()
    var state = state
    try specialization(feeds, .evaluation).run(&state, feeds, into: &results)
    return results
  }

  /// Runs the program some times on a copy of the state and measures where the time goes.
  ///
  /// - Throws: as ``run(_:_:)`` does.
  public func profile(_ state: ModelState, _ feeds: Feeds, steps: Int = 100) throws(TapestryError) -> ProgramProfile {
    var copy = state
    return try specialization(feeds, .training).profile(&copy, feeds, steps: max(steps, 1))
  }

  /// What each thread did when in one step on a copy of the state, recorded after some that warm up.
  ///
  /// - Throws: as ``run(_:_:)`` does.
  package func record(
    _ state: ModelState, _ feeds: Feeds, after steps: Int
  ) throws(TapestryError) -> [ExecutionEvent] {
    var copy = state
    return try specialization(feeds, .training).withExecutor(&copy, feeds) { (bound) throws(TapestryError) in
      for _ in 0..<steps { try bound.executor.run(state: bound.state, feeds: bound.feeds) }
      return try bound.executor.record(state: bound.state, feeds: bound.feeds)
    }
  }

  /// What was compiled last.
  ///
  /// - Throws: `usage` before the first run.
  public var report: ProgramReport {
    get throws(TapestryError) {
      let known = cache.withLock { list in list.map { ($0.mode, $0.compiled) } }
      guard let last = known.last else {
        throw TapestryError(
          .usage, "the program was not compiled yet", remedy: "run it once")
      }
      return ProgramReport(last.1, mode: last.0, specializations: known.count)
    }
  }

  /// The program compiled for some feeds, from the cache or now.
  package func compiled(for feeds: Feeds, mode: TracingMode = .training) throws(TapestryError) -> CompiledProgram {
    try specialization(feeds, mode).compiled
  }

  /// The program whose tracing goes on with a function more.
  func extended(_ more: @escaping @Sendable (Tracing) -> Void) -> Program {
    let build = build
    return Program(options) { tracing in
      build(tracing)
      more(tracing)
    }
  }

  /// The values of a program over this one's state and feeds, compiled for this one run.
  func probe(
    _ program: ProgramGraph, _ state: ModelState, _ feeds: Feeds
  ) throws(TapestryError) -> Results {
    var (state, results) = (state, Results())
    let compiled = try CompiledProgram(program, options.compiler)
    let probe = Specialization(compiled, mode: .evaluation, team: team, kernels: options.compiler.kernels)
    try probe.run(&state, feeds, into: &results)
    return results
  }

  private func trace(_ mode: TracingMode, _ feeds: Feeds) -> Tracing {
    let tracing = Tracing(mode: mode, feeds: types(of: feeds))
    tracing.trace(build)
    return tracing
  }

  private func types(of feeds: Feeds) -> [String: TensorType] {
    Dictionary(feeds.entries.map { ($0.input.name, $0.array.type) }) { first, _ in first }
  }

  /// The trace start values were taken of, where it is of feeds of these types. It is given once.
  private func takePending(_ feeds: Feeds) -> Tracing? {
    let types = types(of: feeds)
    return pending.withLock { pending in
      guard let held = pending, held.types == types else { return nil }
      pending = nil
      return held.tracing
    }
  }

  private func specialization(_ feeds: Feeds, _ mode: TracingMode) throws(TapestryError) -> Specialization {
    if let known = cache.withLock({ known(feeds, mode, in: $0) }) { return known }
    try feeds.validate()
    let tracing = (mode == .training ? takePending(feeds) : nil) ?? trace(mode, feeds)
    try check(feeds, against: tracing.graph)
    var compiler = options.compiler
    compiler.memoryLimit = options.memoryLimit
    compiler.loopMemory = options.loopMemory ?? compiler.loopMemory
    compiler.updatesState = mode == .training
    let made = Specialization(
      try CompiledProgram(tracing.graph, compiler), mode: mode, team: team, kernels: options.compiler.kernels)
    return cache.withLock { list in
      if let known = known(feeds, mode, in: list) { return known }
      list.append(made)
      return made
    }
  }

  private func known(_ feeds: Feeds, _ mode: TracingMode, in list: [Specialization]) -> Specialization? {
    for place in list.indices where list[place].fits(feeds, mode) { return list[place] }
    return nil
  }

  /// Every input traced is fed and every feed is an input.
  private func check(_ feeds: Feeds, against graph: Graph) throws(TapestryError) {
    let store = graph.snapshot
    let names = store.effects.inputs.map(\.name)
    if let missing = store.effects.inputs.first(where: { feeds.place(of: $0.name) == nil }) {
      throw TapestryError(
        .invalidFeed, "input '\(missing.name)' is not fed", remedy: "feed an array for it",
        at: store.origins(of: Int(missing.value.node)).last?.place)
    }
    if let unknown = feeds.entries.first(where: { !names.contains($0.input.name) })?.input {
      let near = nearest(to: unknown.name, in: names).map { "did you mean '\($0)'?" }
      let listed = names.isEmpty ? "it takes none" : "the inputs are \(names.map { "'\($0)'" }.joined(separator: ", "))"
      throw TapestryError(
        .invalidFeed, "the program has no input '\(unknown.name)'", remedy: near ?? "leave it out; \(listed)",
        at: unknown.place)
    }
  }
}
