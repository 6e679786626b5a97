import TapestryCore
public import TapestryGraph

// How a learning rate changes with the number t of steps made before, as a factor of the rate in the state:
//
//     constant        1
//     inverseTime     1 / (1 + decay t)                     Keras's `decay`
//     steps           factor ^ floor(t / every)             PyTorch's StepLR
//                     factor ^ (marks that are t or less)   PyTorch's MultiStepLR
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

  /// The schedule, with a fault of another setting.
  private func checked(_ fits: Bool, _ fault: String) -> LearningRateSchedule {
    LearningRateSchedule(factor, fault: self.fault ?? (fits ? nil : fault))
  }

  /// The rate of the state at every step.
  public static var constant: LearningRateSchedule { LearningRateSchedule { $0.scalar(1) } }

  /// The rate divided by 1 + decay t; a decay of 0 leaves it as it is.
  public static func inverseTime(decay: Double) -> LearningRateSchedule {
    LearningRateSchedule { 1 / (1 + decay * $0) }
      .checked(decay >= 0 && decay.isFinite, "the decay of the learning rate is \(decay), which is not 0 or more")
  }

  /// The rate multiplied by a factor after every so many steps.
  public static func steps(every count: Int, factor: Double = 0.1) -> LearningRateSchedule {
    LearningRateSchedule("the factor of the learning rate", factor) {
      exp(floor($0 / Double(count)) * logarithm(of: factor))
    }
    .checked(count > 0, "the learning rate changes every \(count) steps")
  }

  /// The rate multiplied by a factor after each of some numbers of steps.
  public static func steps(at marks: [Int], factor: Double = 0.1) -> LearningRateSchedule {
    LearningRateSchedule("the factor of the learning rate", factor) { done in
      let passed = marks.reduce(done.scalar(0)) { $0 + cast(done .>= $1, to: .float64) }
      return exp(passed * logarithm(of: factor))
    }
    .checked(marks.allSatisfy { $0 > 0 }, "the learning rate changes at the steps \(marks)")
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
    .checked((0...1).contains(floor), "the share the learning rate falls to is \(floor), which is not in 0 ... 1")
  }

  /// Up to the rate in equal steps, then another schedule.
  public static func warmUp(steps: Int, then next: LearningRateSchedule = .constant) -> LearningRateSchedule {
    LearningRateSchedule("the number of steps of the warm-up", Double(steps)) { done in
      select(done .< Double(steps), (done + 1) / Double(steps), next.factor(maximum(done - Double(steps), 0)))
    }
    .checked(next.fault == nil, next.fault ?? "")
  }
}
