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
  /// These, each of which the loss must have a gradient in.
  case listed([Tensor])
}

extension Graph {
  /// Adds the steps of an optimizer that makes a loss smaller.
  ///
  /// Diagnosed: a loss that is not a float scalar, a listed tensor that is no parameter or that the loss does not reach
  /// (in its own words where only a cut such as `stopGradient` is in the way), no parameter at all, a setting of the
  /// optimizer outside its range.
  package func minimize(
    _ loss: Tensor, over choice: Minimized = .reached, with optimizer: Optimizer, file: StaticString = #fileID,
    line: UInt = #line
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
    let targets = targets(of: loss, choice, place)
    guard !targets.isEmpty else { return }
    located(file, line) {
      let gradients = gradients(of: loss, in: targets.map(\.tensor), file: file, line: line)
      inPhase(.update) { step(targets.map(\.path), gradients, optimizer, choice.path, place) }
    }
  }

  /// Records one step of every parameter.
  private func step(
    _ paths: [String], _ gradients: [Tensor], _ optimizer: Optimizer, _ prefix: String, _ place: SourcePlace
  ) {
    let own = Scope(self, unusedPath(prefix.isEmpty ? "optimizer" : prefix + "/optimizer", holding: "rate"), place)
    var rate = own.state("rate", [], .constant(optimizer.learningRate))
    var number = rate.scalar(0)
    if optimizer.countsSteps || optimizer.schedule != nil {
      let next = own.state("step", [], dtype: .int32) + 1
      assign(own.path + "/step", next, at: place)
      number = next
    }
    if let schedule = optimizer.schedule {
      rate = cast(rate, to: .float64) * schedule.factor(cast(number - 1, to: .float64))
    }
    let isWhole = !gradients.contains(where: \.isPoisoned)
    let changed = isWhole ? optimizer.changes.reduce(gradients) { $1($0) } : gradients
    for (path, gradient) in zip(paths, changed) where !gradient.isPoisoned {
      let scope = path.split(separator: "/").dropLast().joined(separator: "/")
      inPhase(.update, scope: scope) { update(path, gradient, optimizer, rate, number, place) }
    }
  }

  /// Records the step of one parameter.
  private func update(
    _ path: String, _ gradient: Tensor, _ optimizer: Optimizer, _ rate: Tensor, _ number: Tensor, _ place: SourcePlace
  ) {
    guard let parameter = variable(path).map({ Tensor(self, $0.current) }) else { return }
    let base = path + "/" + optimizer.name
    let kept = Scope(self, optimizer.memory.first.map { unusedPath(base, holding: $0) } ?? base, place)
    let outcome = optimizer.rule(
      Optimizer.Step(
        parameter: parameter, gradient: gradient,
        memory: optimizer.memory.map { kept.state($0, gradient.shape, dtype: gradient.dtype) },
        rate: rate.converted(to: gradient.dtype), number: number.converted(to: gradient.dtype)))
    for (name, value) in zip(optimizer.memory, outcome.memory) { assign("\(kept.path)/\(name)", value, at: place) }
    assign(path, stopGradient(outcome.parameter), at: place)
  }

  /// The path, or with the first number after it that is free, where another optimizer of the program keeps its own.
  private func unusedPath(_ path: String, holding name: String) -> String {
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
    if case .within(let scope) = self { return scope.path }
    return ""
  }
}

extension Tensor {
  func converted(to dtype: DType) -> Tensor { self.dtype == dtype ? self : cast(self, to: dtype) }
}
