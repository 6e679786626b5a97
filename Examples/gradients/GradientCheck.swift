import Tapestry

/// A function of a vector held to central differences.
nonisolated struct GradientCheck {
  static let x = Input("x", [4], .float64)
  static let value = Output("value")
  static let slope = Output("slope")

  let name: String
  let program: Program

  init(_ name: String, _ options: ProgramOptions, _ function: @escaping @Sendable (Tensor) -> Tensor) {
    self.name = name
    program = Program.traced(options) { t in
      let value = function(t[GradientCheck.x])
      t.report(GradientCheck.value, value)
      t.report(GradientCheck.slope, gradient(of: value, in: t[GradientCheck.x]))
    }
  }

  /// The largest difference between the gradient and central differences, by the size of the gradient.
  func error(at place: [Double]) throws -> Double {
    func results(_ place: [Double]) throws -> Results {
      try program.evaluate(ModelState(), [GradientCheck.x: NDArray(place)])
    }
    let slope = try results(place).array(GradientCheck.slope).doubles
    let step = 1e-5
    var worst = 0.0
    for axis in place.indices {
      var (above, below) = (place, place)
      above[axis] += step
      below[axis] -= step
      let rise = try results(above).scalar(GradientCheck.value) - results(below).scalar(GradientCheck.value)
      worst = max(worst, abs(rise / (2 * step) - slope[axis]))
    }
    return worst / max(slope.map { abs($0) }.max() ?? 0, 1e-12)
  }
}
