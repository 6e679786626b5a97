import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// Holds a function of graph to what PyTorch computed, compiled, in both float types: outputs, the gradients in every
/// float input and parameter, and the variables a run writes.
///
/// - Parameter build: from the inputs by name, the scope the parameters of the case live in and the float type of the
///   run, the outputs by name.
func check(
  _ name: String, in family: String, mode: TracingMode = .training,
  _ compiler: CompilerOptions = CompilerOptions(), place: Testing.SourceLocation = #_sourceLocation,
  _ build: @escaping @Sendable ([String: Tensor], Scope, DType) -> [String: Tensor]
) throws {
  let reference = try ReferenceCase.named(name, in: family)
  try reference.check(.float64, within: 1e-9, mode, compiler, place, build)
  try reference.check(.float32, within: 1e-4, mode, compiler, place, build)
}

extension ReferenceCase {
  fileprivate func check(
    _ dtype: DType, within bound: Double, _ mode: TracingMode, _ compiler: CompilerOptions,
    _ place: Testing.SourceLocation,
    _ build: @escaping @Sendable ([String: Tensor], Scope, DType) -> [String: Tensor]
  ) throws {
    let feeds = try inputs.sorted { $0.key < $1.key }.map { name, array in
      let array = try array.array(dtype)
      return (Input(name, array.shape.extents, array.dtype), array)
    }
    let cotangents = try weights.mapValues { try $0.array(dtype) }
    var options = ProgramOptions()
    options.compiler = compiler
    let program = Program.traced(options) { [gradients] t in
      let given = Dictionary(uniqueKeysWithValues: feeds.map { ($0.0.name, t[$0.0]) })
      let results = build(given, t.scope("layer"), dtype).sorted { $0.key < $1.key }
      for (name, tensor) in results { t.report(Output(name), tensor) }
      let terms = results.map { sum($0.value * t.graph.constant(cotangents[$0.key] ?? NDArray(Float(0)))) }
      guard let first = terms.first else { return }
      let loss = terms.dropFirst().reduce(first) { $0 + $1 }
      let names = gradients.keys.sorted()
      let targets = names.compactMap { name in
        given[name] ?? t.graph.variable("layer/" + name).map { Tensor(t.graph, $0.current) }
      }
      guard targets.count == names.count else { return }
      for (name, gradient) in zip(names, TapestryGraph.gradients(of: loss, in: targets)) {
        t.report(Output("gradient of " + name), gradient)
      }
    }
    var state = try program.initialState(seed: 1, feeds: Feeds(feeds))
    for (path, value) in parameters {
      let full = "layer/" + path
      #expect(state[full]?.shape == Shape(value.shape), "\(name): \(path)", sourceLocation: place)
      state[full] = try value.array(dtype)
    }
    let results =
      mode == .training ? try program.run(&state, Feeds(feeds)) : try program.evaluate(state, Feeds(feeds))

    func expect(_ what: String, _ array: NDArray, _ wanted: ReferenceArray) {
      let error = wanted.error(of: array)
      #expect(
        error <= bound, "\(name), \(dtype): \(what) \(array.type) against \(wanted.shape)", sourceLocation: place)
    }
    #expect(!outputs.isEmpty, sourceLocation: place)
    for (output, wanted) in outputs { expect(output, try results.array(Output(output)), wanted) }
    for (target, wanted) in gradients {
      expect("gradient of \(target)", try results.array(Output("gradient of " + target)), wanted)
    }
    for (path, wanted) in self.state {
      expect("state \(path)", try #require(state["layer/" + path], sourceLocation: place), wanted)
    }
  }
}
