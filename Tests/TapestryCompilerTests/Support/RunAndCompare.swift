import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// Arrays for every input and variable of a graph, drawn from a range.
func sampleValues(of graph: Graph, in range: ClosedRange<Double> = -1...1) -> (
  inputs: [String: NDArray], state: [String: NDArray]
) {
  func sample(_ name: String, _ type: TensorType) -> NDArray {
    let stream = RandomStream(seed: 1, name: name)
    return NDArray(type.shape, type.dtype) { place in
      let value = range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform(at: place)
      return type.dtype == .int32 ? value.rounded(.down) : type.dtype == .bool ? (value > 0 ? 1 : 0) : value
    }
  }
  let effects = graph.snapshot.effects
  let store = graph.snapshot
  return (
    Dictionary(uniqueKeysWithValues: effects.inputs.map { ($0.name, sample($0.name, store.type(of: $0.value))) }),
    Dictionary(uniqueKeysWithValues: effects.variables.map { ($0.path, sample($0.path, $0.type)) })
  )
}

/// Runs a tape over values by name and path; gives its outputs and the state afterwards.
func run(
  _ tape: Tape, inputs: [String: NDArray], state: [String: NDArray], kernels: KernelTable = .best,
  team: ThreadTeam? = nil, poisons: Bool = true
) throws -> (outputs: [String: NDArray], state: [String: NDArray], helperSlices: Int) {
  let executor = TapeExecutor(tape, kernels: kernels, team: team, poisonsDeadMemory: poisons)
  var after = state
  var stateAddresses = tape.state.map { slot in
    after[slot.name]!.withUnsafeMutableBytes { $0.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)! }
  }
  let feeds = tape.feeds.map { inputs[$0.name]! }
  var feedAddresses = feeds.map { UnsafeMutableRawPointer(mutating: $0.withUnsafeBytes { $0.baseAddress! }) }
  try withExtendedLifetime(feeds) { try executor.run(state: &stateAddresses, feeds: &feedAddresses) }
  var outputs: [String: NDArray] = [:]
  for (index, slot) in tape.outputs.enumerated() {
    var array = NDArray(zeros: slot.type.shape, slot.type.dtype)
    array.withUnsafeMutableBytes { executor.copyOutput(index, to: $0.baseAddress!) }
    outputs[slot.name] = array
  }
  #expect(executor.guardsHold, "an instruction wrote out of bounds")
  return (outputs, after, executor.helperSlices)
}

/// The error measure of the project: |a - b| / max(|b|, rms(b)), the greatest over the elements; infinite where one
/// alone is not a number, or infinities differ.
func relativeError(_ a: NDArray, _ b: NDArray) -> Double {
  guard a.type == b.type else { return .infinity }
  let (x, y) = (a.doubles, b.doubles)
  let finite = y.filter(\.isFinite)
  let rms = (finite.reduce(0) { $0 + $1 * $1 } / Double(max(finite.count, 1))).squareRoot()
  var worst = 0.0
  for (p, q) in zip(x, y) where !(p == q || p.isNaN && q.isNaN) {
    guard p.isFinite, q.isFinite else { return .infinity }
    worst = max(worst, abs(p - q) / max(abs(q), rms, 1e-30))
  }
  return worst
}

/// Compiles a graph and holds every result of it to the reference meaning.
@discardableResult
func expectCompiledEqualsReference(
  _ graph: Graph, _ options: CompilerOptions = CompilerOptions(), in range: ClosedRange<Double> = -1...1,
  tolerance: Double = 2e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> CompiledProgram {
  var options = options
  options.verifies = true
  let compiled = try CompiledProgram(graph, options)
  let (inputs, state) = sampleValues(of: graph, in: range)
  let traced = try ProgramGraph(tracing: graph)
  let expected = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: inputs, state: state)
  let (outputs, after, _) = try run(compiled.tape, inputs: inputs, state: state)
  for (root, value) in zip(traced.roots, expected) {
    let (name, actual) =
      switch root.target {
      case .output(let name): (name, outputs[name]!)
      case .state(let path): (path, after[path]!)
      }
    let error = relativeError(actual, value)
    #expect(error <= tolerance, "\(name): \(actual) against \(value)", sourceLocation: sourceLocation)
  }
  return compiled
}
