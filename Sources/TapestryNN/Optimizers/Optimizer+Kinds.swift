import TapestryGraph

// The rules, with PyTorch's formulas: p the parameter, g its gradient, r the learning rate, t the number of the step.
//
//     sgd        p ← p - r g
//     momentum   b ← μ b + g,                p ← p - r b
//     nesterov   b ← μ b + g,                p ← p - r (g + μ b)
//     adam       m ← β₁ m + (1 - β₁) g,      v ← β₂ v + (1 - β₂) g²
//                p ← p - r / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
//
// The corrections 1 - βᵗ are graph, computed from the step count in the state: -expm1(t log β), since 1 - βᵗ itself
// would lose four digits to cancellation in float32 at the first steps.
// Source of Adam: D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015.

extension Optimizer {
  /// Steps down the gradient.
  public static func sgd(learningRate: Double = 0.01) -> Optimizer {
    Optimizer("sgd", learningRate: learningRate) { step in
      Outcome(parameter: step.parameter - step.rate * step.gradient)
    }
  }

  /// Steps down a sum of gradients in which each earlier one counts `momentum` times less.
  public static func momentum(learningRate: Double = 0.01, momentum: Double = 0.9) -> Optimizer {
    Optimizer(
      "momentum", learningRate: learningRate, ["velocity"], false, factors: [("momentum", momentum)]
    ) { step in
      let velocity = momentum * step.memory[0] + step.gradient
      return Outcome(parameter: step.parameter - step.rate * velocity, memory: [velocity])
    }
  }

  /// Momentum that looks one step ahead.
  public static func nesterov(learningRate: Double = 0.01, momentum: Double = 0.9) -> Optimizer {
    Optimizer(
      "nesterov", learningRate: learningRate, ["velocity"], false, factors: [("momentum", momentum)]
    ) { step in
      let velocity = momentum * step.memory[0] + step.gradient
      let ahead = step.gradient + momentum * velocity
      return Outcome(parameter: step.parameter - step.rate * ahead, memory: [velocity])
    }
  }

  /// Steps down the mean of past gradients in units of their root mean square.
  public static func adam(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> Optimizer {
    Optimizer(
      "adam", learningRate: learningRate, ["m", "v"], true, factors: [("beta1", beta1), ("beta2", beta2)]
    ) { step in
      let gradient = step.gradient
      let m = beta1 * step.memory[0] + (1 - beta1) * gradient
      let v = beta2 * step.memory[1] + (1 - beta2) * (gradient * gradient)
      let rate = step.rate / correction(beta1, step.number)
      let scale = rsqrt(correction(beta2, step.number))
      return Outcome(parameter: step.parameter - rate * m / (sqrt(v) * scale + epsilon), memory: [m, v])
    }
  }

  /// 1 - factor^number, exact near 0.
  private static func correction(_ factor: Double, _ number: Tensor) -> Tensor {
    factor == 0 ? number.scalar(1) : -expm1(number * logarithm(of: factor))
  }
}
