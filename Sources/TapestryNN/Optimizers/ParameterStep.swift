import TapestryCore
import TapestryGraph

// A graph has no branches, so where a step is made once in several runs, each run computes it and keeps either what it
// computed or what was there: elementwise work, which is little beside the gradients. The step's number is that of the
// step to come in all of these runs, so that nothing is divided by the correction of step 0.

/// What one parameter's step is made of.
struct ParameterStep {
  let path: String
  /// The gradient to step down: of this run, or the mean gathered over several.
  let gradient: Tensor
  /// Where the rule keeps what it remembers of the parameter.
  private let kept: Scope
  private let optimizer: Optimizer
  /// Whether this run makes the step; nil when every run does.
  private let isDue: Tensor?
  private let place: SourcePlace

  /// Gathers the gradient, where a step is made once in several runs.
  init(
    _ graph: Graph, _ path: String, _ gradient: Tensor, _ optimizer: Optimizer, _ isDue: Tensor?, _ place: SourcePlace
  ) {
    self.path = path
    self.optimizer = optimizer
    self.isDue = isDue
    self.place = place
    let base = path + "/" + optimizer.name
    let first = optimizer.memory.first ?? (isDue == nil ? nil : "gradient")
    kept = Scope(graph, first.map { graph.unusedPath(base, holding: $0) } ?? base, place)
    guard let isDue else {
      self.gradient = gradient
      return
    }
    let mean = kept.state("gradient", gradient.shape, dtype: gradient.dtype) + gradient * (1 / Double(optimizer.runs))
    graph.assign(kept.path + "/gradient", select(isDue, 0, mean), at: place)
    self.gradient = mean
  }

  /// The scope the parameter is in.
  var scope: String { path.split(separator: "/").dropLast().joined(separator: "/") }

  /// Records the rule's step down a gradient, which is the own one, clipped or not.
  func record(_ gradient: Tensor, _ rate: Tensor, _ number: Tensor) {
    let graph = kept.graph
    guard let parameter = graph.variable(path).map({ Tensor(graph, $0.current) }) else { return }
    let memory = optimizer.memory.map { kept.state($0, gradient.shape, dtype: gradient.dtype) }
    let outcome = optimizer.rule(
      Optimizer.Step(
        parameter: parameter, gradient: gradient, memory: memory, rate: rate.converted(to: gradient.dtype),
        number: number.converted(to: gradient.dtype), path: path))
    guard outcome.memory.count == memory.count else {
      return graph.diagnose(
        TapestryError(
          .invalidAttribute,
          "the rule of \(optimizer.name) keeps \(outcome.memory.count) tensors for '\(path)', but declares \(memory.count)",
          remedy: "return one for each name in `memory`, in that order", at: place))
    }
    for (name, (before, after)) in zip(optimizer.memory, zip(memory, outcome.memory)) {
      graph.assign("\(kept.path)/\(name)", after.replacing(before, when: isDue), at: place)
    }
    graph.assign(path, stopGradient(outcome.parameter.replacing(parameter, when: isDue)), at: place)
  }
}

extension Tensor {
  func converted(to dtype: DType) -> Tensor { self.dtype == dtype ? self : cast(self, to: dtype) }

  /// This value where a condition holds, or without one, else the value before.
  func replacing(_ before: Tensor, when condition: Tensor?) -> Tensor {
    condition.map { select($0, self, before) } ?? self
  }
}
