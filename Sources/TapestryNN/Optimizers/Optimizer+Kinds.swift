import TapestryGraph

// The rules, with PyTorch's formulas: p the parameter, g its gradient, r the learning rate, t the number of the step.
//
//     sgd        p ← p - r g
//     momentum   b ← μ b + g,                p ← p - r b
//     nesterov   b ← μ b + g,                p ← p - r (g + μ b)
//     adam       m ← β₁ m + (1 - β₁) g,      v ← β₂ v + (1 - β₂) g²
//                p ← p - r / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
//     adamW      p ← p - r λ p, then as adam
//     adaGrad    s ← s + g²,                 p ← p - r g / (√s + ε)
//     rmsProp    v ← α v + (1 - α) g²,       b ← μ b + g / (√v + ε),       p ← p - r b
//
// The corrections 1 - βᵗ are graph, computed from the step count in the state: -expm1(t log β), since 1 - βᵗ itself
// would lose four digits to cancellation in float32 at the first steps.
// Sources: D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015; I. Loshchilov and F. Hutter,
// Decoupled Weight Decay Regularization, 2019; J. Duchi et al., Adaptive Subgradient Methods, 2011; T. Tieleman and
// G. Hinton, Lecture 6.5: RMSprop, 2012.

extension Optimizer {
  /// Steps down the gradient.
  public static func sgd(learningRate: Double = 0.01) -> Optimizer {
    Optimizer("sgd", learningRate: learningRate) { step in
      Outcome(parameter: step.parameter - step.rate * step.gradient)
    }
  }

  /// Steps down a sum of gradients in which each earlier one counts `momentum` times less.
  ///
  /// Keras keeps the rate inside the sum, `b ← μ b - r g`, `p ← p + b`: the same as long as the rate stays.
  public static func momentum(learningRate: Double = 0.01, momentum: Double = 0.9) -> Optimizer {
    Optimizer(
      "momentum", learningRate: learningRate, ["velocity"], false, factors: [("momentum", momentum)]
    ) { step in
      let velocity = momentum * step.memory[0] + step.gradient
      return Outcome(parameter: step.parameter - step.rate * velocity, memory: [velocity])
    }
  }

  /// Momentum that looks one step ahead.
  ///
  /// (I. Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.) Keras keeps the
  /// rate inside the sum, as with ``momentum(learningRate:momentum:)``.
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
  ///
  /// `epsilon` is added to the corrected root, as in the paper's algorithm and in PyTorch; Keras adds it, 1e-7, to the
  /// root before the correction.
  public static func adam(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> Optimizer {
    Optimizer(
      "adam", learningRate: learningRate, ["m", "v"], true, factors: [("beta1", beta1), ("beta2", beta2)]
    ) { $0.adam(beta1, beta2, epsilon) }
    .requiring(epsilon)
  }

  /// Adam whose parameters shrink by a share of their own size at each step, apart from the gradient.
  ///
  /// - Parameter except: parameters that do not shrink, such as `["**/bias"]`.
  public static func adamW(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0.01, except: ParameterPaths = []
  ) -> Optimizer {
    Optimizer(
      "adamW", learningRate: learningRate, ["m", "v"], true, factors: [("beta1", beta1), ("beta2", beta2)]
    ) { $0.adam(beta1, beta2, epsilon) }
    .requiring(epsilon).decayingWeights(by: weightDecay, .decoupled, except: except)
  }

  /// Steps down the gradient in units of the root of the sum of all past squares.
  ///
  /// `epsilon` is added to the root. Keras starts the sum at 0.1 and adds 1e-7 inside the root.
  public static func adaGrad(learningRate: Double = 0.01, epsilon: Double = 1e-10) -> Optimizer {
    Optimizer("adaGrad", learningRate: learningRate, memory: ["sum"]) { step in
      let total = step.memory[0] + step.gradient * step.gradient
      return Outcome(
        parameter: step.parameter - step.rate * step.gradient / (sqrt(total) + epsilon), memory: [total])
    }
    .requiring(epsilon)
  }

  /// Steps down the gradient in units of the root of a running mean of squares; with momentum, down a sum of such steps
  /// in which each earlier one counts `momentum` times less.
  ///
  /// `decay` is PyTorch's `alpha`. Keras's default is 0.9, and it adds epsilon inside the root.
  public static func rmsProp(
    learningRate: Double = 0.01, decay: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8
  ) -> Optimizer {
    Optimizer(
      "rmsProp", learningRate: learningRate, momentum == 0 ? ["v"] : ["v", "velocity"], false,
      factors: [("decay", decay), ("momentum", momentum)]
    ) { step in
      let v = decay * step.memory[0] + (1 - decay) * (step.gradient * step.gradient)
      let scaled = step.gradient / (sqrt(v) + epsilon)
      guard momentum != 0 else { return Outcome(parameter: step.parameter - step.rate * scaled, memory: [v]) }
      let velocity = momentum * step.memory[1] + scaled
      return Outcome(parameter: step.parameter - step.rate * velocity, memory: [v, velocity])
    }
    .requiring(epsilon)
  }

  /// The optimizer, whose epsilon is its fault unless it is 0 or more.
  private func requiring(_ epsilon: Double) -> Optimizer {
    var copy = self
    copy.require(epsilon, atLeast: 0, "the epsilon")
    return copy
  }
}

extension Optimizer.Step {
  /// A step of Adam.
  fileprivate func adam(_ beta1: Double, _ beta2: Double, _ epsilon: Double) -> Optimizer.Outcome {
    let m = beta1 * memory[0] + (1 - beta1) * gradient
    let v = beta2 * memory[1] + (1 - beta2) * (gradient * gradient)
    let corrected = rate / correction(beta1)
    let scale = rsqrt(correction(beta2))
    return Optimizer.Outcome(parameter: parameter - corrected * m / (sqrt(v) * scale + epsilon), memory: [m, v])
  }

  /// 1 - factor^number, exact near 0.
  private func correction(_ factor: Double) -> Tensor {
    factor == 0 ? number.scalar(1) : -expm1(number * logarithm(of: factor))
  }
}
