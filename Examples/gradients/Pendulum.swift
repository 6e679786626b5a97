import Tapestry

/// A pendulum with friction, integrated by the classic Runge-Kutta rule as a loop of the graph.
nonisolated enum Pendulum {
  static let observed = Input("observed", [nil], .float64)
  static let angles = Output("angles")
  static let loss = Output("loss")
  /// Seconds of a step.
  static let step = 0.05
  static let gravity = 9.81

  /// Angle and speed after a step. The forces: angle'' = -(gravity / length) sin(angle) - friction angle'.
  private static func next(_ angle: Tensor, _ speed: Tensor, length: Tensor, friction: Tensor) -> (Tensor, Tensor) {
    func slopes(_ angle: Tensor, _ speed: Tensor) -> (Tensor, Tensor) {
      (speed, -gravity / length * sin(angle) - friction * speed)
    }
    let (a1, s1) = slopes(angle, speed)
    let (a2, s2) = slopes(angle + a1 * (step / 2), speed + s1 * (step / 2))
    let (a3, s3) = slopes(angle + a2 * (step / 2), speed + s2 * (step / 2))
    let (a4, s4) = slopes(angle + a3 * step, speed + s3 * step)
    let turned = angle + (a1 + 2 * a2 + 2 * a3 + a4) * (step / 6)
    let hastened = speed + (s1 + 2 * s2 + 2 * s3 + s4) * (step / 6)
    return (turned, hastened)
  }

  /// The angles of a swing from rest at 1.2, [steps], by the parameters `length` and `friction` of the scope.
  private static func swing(steps: Int, in scope: Scope) -> Tensor {
    let length = scope.parameter("length", [], .constant(1.6), dtype: .float64)
    let friction = scope.parameter("friction", [], .zeros, dtype: .float64)
    let start = [scope.graph.constant(NDArray(1.2)), scope.graph.constant(NDArray(0.0))]
    return scan(over: [], from: start, length: steps) { step in
      let (angle, speed) = next(step.carries[0], step.carries[1], length: length, friction: friction)
      return ([angle, speed], [angle])
    }.outputs[0]
  }

  /// One step of fitting both parameters to angles that were observed.
  static func fitting(_ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      let angles = swing(steps: t[observed].extent(0), in: t.scope("pendulum"))
      let cost = meanSquaredError(angles, t[observed])
      t.report(Pendulum.angles, angles)
      t.report(loss, cost)
      t.minimize(cost, with: .adam(learningRate: 0.02))
    }
  }
}
