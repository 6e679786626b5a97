import TapestryCore
public import TapestryGraph

// How a learning rate changes with the number t of steps made before, as a factor of the rate in the state:
//
//     constant        1
//     inverseTime     1 / (1 + decay t)                     Keras's `decay`
//     steps           factor ^ floor(t / every)             PyTorch's StepLR
//     exponential     factor ^ t                            PyTorch's ExponentialLR
//     cosine          floor + (1 - floor) (1 + cos(π t / steps)) / 2, then floor
//     warmUp          (t + 1) / steps for the first steps, then another schedule from its start
//
// The factor is graph, computed in float64 from the number of steps in the state: a program that goes on from a saved
// state goes on in the schedule. Keras makes one step of its decay each batch, and so does this.
// Source of cosine: I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, one period;
// PyTorch's CosineAnnealingLR rises again after it.

/// How a learning rate changes from step to step, as a part of the graph.
public struct LearningRateSchedule: Sendable {
  let factor: @Sendable (Tensor) -> Tensor
  /// A setting outside its range, as a phrase.
  let fault: String?

  /// A schedule of one's own.
  ///
  /// - Parameter factor: from the number of steps made before, a float64 scalar, what the rate is multiplied by.
  public init(_ factor: @escaping @Sendable (Tensor) -> Tensor) { self.init(factor, fault: nil) }

  private init(_ factor: @escaping @Sendable (Tensor) -> Tensor, fault: String?) {
    self.factor = factor
    self.fault = fault
  }

  /// A schedule one of whose settings must be a number above 0.
  private init(_ name: String, _ setting: Double, _ factor: @escaping @Sendable (Tensor) -> Tensor) {
    let fits = setting > 0 && setting.isFinite
    self.init(factor, fault: fits ? nil : "\(name) is \(setting), which is not a number above 0")
  }

  /// The rate of the state at every step.
  public static var constant: LearningRateSchedule { LearningRateSchedule { $0.scalar(1) } }

  /// The rate divided by 1 + decay t.
  public static func inverseTime(decay: Double) -> LearningRateSchedule {
    LearningRateSchedule("the decay of the learning rate", decay) { 1 / (1 + decay * $0) }
  }

  /// The rate multiplied by a factor after every so many steps.
  public static func steps(every count: Int, factor: Double = 0.1) -> LearningRateSchedule {
    let fault = count > 0 ? nil : "the learning rate changes every \(count) steps"
    let checked = LearningRateSchedule("the factor of the learning rate", factor) {
      exp(floor($0 / Double(count)) * logarithm(of: factor))
    }
    return LearningRateSchedule(checked.factor, fault: checked.fault ?? fault)
  }

  /// The rate multiplied by a factor after every step.
  public static func exponential(_ factor: Double) -> LearningRateSchedule {
    LearningRateSchedule("the factor of the learning rate", factor) { exp($0 * logarithm(of: factor)) }
  }

  /// Down to the share `floor` of the rate along half a cosine, and there it stays.
  public static func cosine(steps: Int, floor: Double = 0) -> LearningRateSchedule {
    LearningRateSchedule("the number of steps of the learning rate", Double(steps)) { done in
      let share = minimum(done / Double(steps), 1)
      return floor + (1 - floor) * 0.5 * (1 + cos(share * Double.pi))
    }
  }

  /// Up to the rate in equal steps, then another schedule.
  public static func warmUp(steps: Int, then next: LearningRateSchedule = .constant) -> LearningRateSchedule {
    let warm = LearningRateSchedule("the number of steps of the warm-up", Double(steps)) { done in
      select(done .< Double(steps), (done + 1) / Double(steps), next.factor(maximum(done - Double(steps), 0)))
    }
    return LearningRateSchedule(warm.factor, fault: warm.fault ?? next.fault)
  }
}
