import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

// A check compiles two programs for each float type. The first gives the outputs, and the gradients of their weighted sum
// in every float input and parameter. The second trains as the script did: SGD with momentum down the output `mean`, or
// the mean squared distances to the weights. What has no parameters has its float inputs trained, which are then
// variables of the program.

/// Makes outputs by name of inputs by name, the scope the parameters of the case live in and the float type of the run.
typealias ReferenceModel = @Sendable ([String: Tensor], Scope, DType) -> [String: Tensor]

/// Holds a function of graph to what PyTorch computed, compiled, in both float types: outputs, the gradients in every
/// float input and parameter, the variables a run writes, and what is trained after 1 and, in float64, 20 updates.
func check(
  _ name: String, in family: String, mode: TracingMode = .training,
  _ compiler: CompilerOptions = CompilerOptions(), place: Testing.SourceLocation = #_sourceLocation,
  _ build: @escaping ReferenceModel
) throws {
  let reference = try ReferenceCase.named(name, in: family)
  for (dtype, bound, updates) in [(DType.float64, 1e-9, 20), (.float32, 1e-4, 1)] {
    let run = ReferenceRun(reference: reference, dtype: dtype, compiler: compiler, place: place, build: build)
    try run.checkValues(mode, within: bound)
    if mode == .training { try run.checkTraining(updates, within: dtype == .float64 ? 1e-7 : 1e-4) }
  }
}

/// A case to be run in a float type.
private struct ReferenceRun {
  let reference: ReferenceCase
  let dtype: DType
  let compiler: CompilerOptions
  let place: Testing.SourceLocation
  let build: ReferenceModel

  private func expect(_ what: String, _ array: NDArray, _ wanted: ReferenceArray, within bound: Double) {
    let error = wanted.error(of: array)
    #expect(
      error <= bound, "\(reference.name), \(dtype): \(what) \(array.type) against \(wanted.shape)",
      sourceLocation: place)
  }

  /// The feeds, all inputs but some.
  private func feeds(without left: Set<String> = []) throws -> [(Input, NDArray)] {
    try reference.inputs.filter { !left.contains($0.key) }.sorted { $0.key < $1.key }.map { name, array in
      let array = try array.array(dtype)
      return (Input(name, array.shape.extents, array.dtype), array)
    }
  }

  private func program(_ body: @escaping @Sendable (Tracing) -> Void) -> Program {
    var options = ProgramOptions()
    options.compiler = compiler
    return Program.traced(options, body)
  }

  /// A fresh state with the parameters of the case, and further arrays.
  private func state(_ program: Program, _ feeds: Feeds, _ more: [String: ReferenceArray] = [:]) throws -> ModelState {
    var state = try program.initialState(seed: 1, feeds: feeds)
    for (path, value) in reference.parameters.merging(more, uniquingKeysWith: { $1 }) {
      let full = "layer/" + path
      #expect(state[full]?.shape == Shape(value.shape), "\(reference.name): \(path)", sourceLocation: place)
      state[full] = try value.array(dtype)
    }
    return state
  }

  /// Outputs, gradients and the variables a run writes.
  func checkValues(_ mode: TracingMode, within bound: Double) throws {
    let feeds = try feeds()
    let cotangents = try reference.weights.mapValues { try $0.array(dtype) }
    let program = program { [build, dtype, gradients = reference.gradients] t in
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
    var state = try state(program, Feeds(feeds))
    let results =
      mode == .training ? try program.run(&state, Feeds(feeds)) : try program.evaluate(state, Feeds(feeds))
    #expect(!reference.outputs.isEmpty, sourceLocation: place)
    for (output, wanted) in reference.outputs {
      expect(output, try results.array(Output(output)), wanted, within: bound)
    }
    for (target, wanted) in reference.gradients {
      expect("gradient of \(target)", try results.array(Output("gradient of " + target)), wanted, within: bound)
    }
    for (path, wanted) in reference.state {
      expect("state \(path)", try #require(state["layer/" + path], sourceLocation: place), wanted, within: bound)
    }
  }

  /// What is trained, after the first and the last of some updates.
  func checkTraining(_ updates: Int, within bound: Double) throws {
    guard let training = reference.training else { return }
    let trained = reference.inputs.filter { training.after1.keys.contains($0.key) }
    let feeds = try feeds(without: Set(trained.keys))
    let targets = try reference.weights.mapValues { try $0.array(dtype) }
    let program = program { [build, dtype] t in
      let scope = t.scope("layer")
      var given = Dictionary(uniqueKeysWithValues: feeds.map { ($0.0.name, t[$0.0]) })
      for (name, array) in trained.sorted(by: { $0.key < $1.key }) {
        given[name] = scope.parameter(name, Shape(array.shape), .zeros, dtype: dtype)
      }
      let results = build(given, scope, dtype).sorted { $0.key < $1.key }
      let terms = results.map { name, y in
        mean(square(y - t.graph.constant(targets[name] ?? NDArray(Float(0)))))
      }
      guard let first = terms.first else { return }
      let loss = results.first { $0.key == "mean" }?.value ?? terms.dropFirst().reduce(first) { $0 + $1 }
      t.minimize(loss, with: .momentum(learningRate: training.rate))
    }
    var state = try state(program, Feeds(feeds), trained)
    for update in 1...updates {
      _ = try program.run(&state, Feeds(feeds))
      for (path, wanted) in update == 1 ? training.after1 : update == 20 ? training.after20 : [:] {
        let array = try #require(state["layer/" + path], sourceLocation: place)
        expect("\(path) after \(update) updates", array, wanted, within: bound)
      }
    }
  }
}
