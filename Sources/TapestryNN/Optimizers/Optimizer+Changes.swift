import TapestryCore
import TapestryGraph

// What can be added to any rule. Changes of gradients are made in the order they are written, before the rule and before
// weight decay, as in a training loop of PyTorch that clips between `backward` and `step`:
//
//     Optimizer.adam(learningRate: 3e-4).clippingNorm(to: 1).decayingWeights(by: 1e-4).scheduled(.cosine(steps: 1000))

/// Where the decay of weights acts.
public enum WeightDecayForm: Hashable, Sendable {
  /// On the gradient, `g ← g + λ p`, so that what the rule remembers holds it too: PyTorch's `weight_decay`.
  case coupled
  /// On the parameter, `p ← p - r λ p` before the step of rate r: what AdamW does to Adam.
  case decoupled
}

extension Optimizer {
  /// The optimizer with parameters that shrink: by default `factor` times the parameter is added to its gradient, which
  /// is the gradient of a penalty of half the factor times the square.
  ///
  /// - Parameters:
  ///   - factor: λ, 0 or more; another is a diagnostic of the program.
  ///   - form: whether the decay goes through the rule or acts beside it; Keras's `weight_decay` is the latter.
  ///   - except: parameters that do not shrink, such as `["**/bias"]`.
  public func decayingWeights(
    by factor: Double, _ form: WeightDecayForm = .coupled, except: ParameterPaths = []
  ) -> Optimizer {
    var copy = self
    copy.rule = { [rule] step in
      guard !except.contains(step.path) else { return rule(step) }
      var decayed = step
      switch form {
      case .coupled: decayed.gradient = step.gradient + factor * step.parameter
      case .decoupled: decayed.parameter = step.parameter * (1 - step.rate * factor)
      }
      return rule(decayed)
    }
    copy.namedPaths.append((except, "to leave out of the weight decay"))
    copy.require(factor, atLeast: 0, "the weight decay")
    return copy
  }

  /// The optimizer with one step for each `runs` runs of the program, down the mean of their gradients.
  ///
  /// With losses that are means over their batches, runs with n batches of equal size make the step of the one batch n
  /// times as large, in the memory of a small one. The gradients gathered so far are state beside the parameter
  /// (`mlp/weight/adam/gradient`), the number of runs gathered is at `optimizer/run`; parameters, what the rule remembers
  /// and `optimizer/step` change with a step alone, so schedules count steps. Clipping acts on the mean. What is left
  /// over at the end of an epoch counts in the next.
  ///
  /// - Parameter runs: 1 or more; another is a diagnostic of the program.
  public func accumulating(over runs: Int) -> Optimizer {
    var copy = self
    if runs < 1 {
      copy.fault = fault ?? "the gradients of \(name) are gathered over \(runs) runs, which is not 1 or more"
    }
    if memory.contains("gradient") {
      copy.fault = copy.fault ?? "\(name) keeps a 'gradient' of its own while gradients are gathered"
    }
    copy.runs = runs
    return copy
  }

  /// The optimizer with each element of the gradients held within ±bound. A bound below 0 is a diagnostic.
  public func clippingValues(to bound: Double) -> Optimizer {
    var copy = self
    if copy.require(bound, atLeast: 0, "the bound of the gradients") {
      copy.changes.append { gradients in gradients.map { clip($0, -bound...bound) } }
    }
    return copy
  }

  /// The optimizer with the gradients of all its parameters, taken as one vector, shortened to a length where they are
  /// longer: each is multiplied by `min(1, length / (norm + 1e-6))`, as in PyTorch's `clip_grad_norm_`.
  ///
  /// (R. Pascanu et al., On the difficulty of training recurrent neural networks, 2013.) A length below 0 is a
  /// diagnostic.
  public func clippingNorm(to length: Double) -> Optimizer {
    var copy = self
    if copy.require(length, atLeast: 0, "the length of the gradients") {
      copy.changes.append { gradients in
        guard let dtype = gradients.first?.dtype else { return [] }
        let norm = l2Norm(stack(gradients.map { l2Norm($0).converted(to: dtype) }))
        let factor = minimum(length / (norm + 1e-6), 1)
        return gradients.map { $0 * factor.converted(to: $0.dtype) }
      }
    }
    return copy
  }

  /// The optimizer with a learning rate that changes as a schedule says: the rate in the state, at `optimizer/rate`,
  /// times the schedule's factor for the step. The number of steps is then state too, at `optimizer/step`.
  public func scheduled(_ schedule: LearningRateSchedule) -> Optimizer {
    var copy = self
    copy.schedule = schedule
    copy.fault = fault ?? schedule.fault
    return copy
  }

  /// Whether a setting is a number of at least some size; otherwise that is the optimizer's fault.
  @discardableResult
  mutating func require(_ value: Double, atLeast least: Double, _ name: String) -> Bool {
    if value >= least, value.isFinite { return true }
    fault = fault ?? "\(name) of \(self.name) is \(value), which is not a number of \(least) or more"
    return false
  }
}
