import TapestryCore
package import TapestryGraph

// Minimizing is more graph: the gradients of the loss in the parameters, then for each parameter one step of the
// optimizer's rule, whose results become the next versions of the parameter and of what the rule remembers. What is
// traced afterwards reads the parameters after the step. A gradient stops at a step: differentiating a later loss does
// not go back through the step to what its gradients were made of.

/// The parameters an optimizer moves.
package enum Minimized: Sendable {
  /// Every trainable variable the loss has a gradient in.
  case reached
  /// Of those, the ones of a scope.
  case within(Scope)
  /// Of those, the ones of some paths.
  case matching(ParameterPaths)
  /// These, each of which the loss must have a gradient in.
  case listed([Tensor])
}

extension Graph {
  /// Adds the steps of an optimizer that makes a loss smaller.
  ///
  /// Diagnosed: a loss that is not a float scalar, a listed tensor that is no parameter or that the loss does not reach
  /// (in its own words where only a cut such as `stopGradient` is in the way), no parameter at all, a setting of the
  /// optimizer outside its range, a pattern of paths that fits no parameter.
  ///
  /// - Parameter frozen: parameters that stay as they are although the choice holds them.
  package func minimize(
    _ loss: Tensor, over choice: Minimized = .reached, with optimizer: Optimizer, freezing frozen: ParameterPaths = [],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let place = SourcePlace(file, line)
    guard loss.graph === self else {
      for graph in [self, loss.graph] {
        graph.diagnose(
          TapestryError(
            .mixedGraphs, "the loss to minimize is of another graph", remedy: "minimize it in the tracing that made it",
            at: place))
      }
      return
    }
    guard !loss.isPoisoned else { return }
    if let fault = optimizer.fault {
      return diagnose(
        TapestryError(.invalidAttribute, fault, remedy: "choose a value inside the range", at: place))
    }
    let faults = faults(ofPaths: optimizer.namedPaths + [(frozen, "to freeze"), (choice.paths, "to move")], place)
    guard faults.isEmpty else { return faults.forEach(diagnose) }
    let targets = targets(of: loss, choice, frozen, place)
    guard !targets.isEmpty else { return }
    located(file, line) {
      let gradients = gradients(of: loss, in: targets.map(\.tensor), file: file, line: line)
      inPhase(.update) { step(targets.map(\.path), gradients, optimizer, choice.path, place) }
    }
  }

  /// What is wrong with paths that the program's parameters should fit.
  private func faults(ofPaths named: [(paths: ParameterPaths, use: String)], _ place: SourcePlace) -> [TapestryError] {
    let paths = withStore { store in store.effects.variables.filter(\.isTrainable).map(\.path) }
    return named.flatMap { $0.paths.faults(among: paths, $0.use, at: place) }
  }

  /// Records one step of every parameter.
  private func step(
    _ paths: [String], _ gradients: [Tensor], _ optimizer: Optimizer, _ prefix: String, _ place: SourcePlace
  ) {
    let own = Scope(self, unusedPath(prefix.isEmpty ? "optimizer" : prefix + "/optimizer", holding: "rate"), place)
    let isWide = gradients.contains { $0.dtype == .float64 }
    var rate = own.state("rate", [], .constant(optimizer.learningRate), dtype: isWide ? .float64 : .float32)
    let isDue = optimizer.runs > 1 ? countRun(own, optimizer.runs, place) : nil
    var number = rate.scalar(0)
    if optimizer.countsSteps || optimizer.schedule != nil {
      let before = own.state("step", [], dtype: .int32)
      number = before + 1
      assign(own.path + "/step", number.replacing(before, when: isDue), at: place)
    }
    if let schedule = optimizer.schedule {
      rate = cast(rate, to: .float64) * schedule.factor(cast(number - 1, to: .float64))
    }
    let steps = zip(paths, gradients).filter { !$1.isPoisoned }.map { path, gradient in
      ParameterStep(self, path, gradient, optimizer, isDue, place)
    }
    let isWhole = steps.count == paths.count
    let means = steps.map(\.gradient)
    let changed = isWhole ? optimizer.changes.reduce(means) { $1($0) } : means
    for (step, gradient) in zip(steps, changed) where !gradient.isPoisoned {
      inPhase(.update, scope: step.scope) { step.record(gradient, rate, number) }
    }
  }

  /// Counts the runs of an optimizer that makes a step for several; gives whether this one makes it.
  private func countRun(_ own: Scope, _ runs: Int, _ place: SourcePlace) -> Tensor {
    let run = own.state("run", [], dtype: .int32) + 1
    let isDue = run .== runs
    assign(own.path + "/run", select(isDue, 0, run), at: place)
    return isDue
  }

  /// The path, or with the first number after it that is free, where another optimizer of the program keeps its own.
  func unusedPath(_ path: String, holding name: String) -> String {
    var candidate = path
    var number = 1
    while variable(candidate + "/" + name) != nil {
      number += 1
      candidate = "\(path)-\(number)"
    }
    return candidate
  }
}

extension Minimized {
  /// Where the optimizer keeps what belongs to no single parameter.
  fileprivate var path: String {
    switch self {
    case .within(let scope): scope.path
    case .matching(let paths): paths.plainPath ?? ""
    case .reached, .listed: ""
    }
  }

  /// The paths named, if any.
  fileprivate var paths: ParameterPaths {
    if case .matching(let paths) = self { return paths }
    return []
  }
}
