import Tapestry

/// Gradients through ops of one's own, of first and second order and through a scan, against central differences.
struct Derivatives {
  static let x = Input("x", [5], .float64)
  static let step = 1e-5

  /// A scalar function of x, its gradient, and the product of its Hessian with a fixed vector.
  static func program(_ function: @escaping @Sendable (Tensor) -> Tensor) -> Program {
    Program.traced(ProgramOptions(threads: 1)) { t in
      let value = function(t[x])
      let slope = gradient(of: value, in: t[x])
      let direction = t.graph.constant(NDArray([1.0, -2, 0.5, 3, -1]))
      t.report(Output("value"), value)
      t.report(Output("slope"), slope)
      t.report(Output("curvature"), gradient(of: sum(slope * direction), in: t[x]))
    }
  }

  static func check(_ checks: inout Checks) throws(TapestryError) {
    try check(&checks, "softsign") { sum(square(softsign($0 * 2))) }
    try check(&checks, "bump") { sum(bump($0) * $0) }
    try check(&checks, "both in a scan") { x in
      let weights = x.graph.constant(NDArray([0.3, -0.7, 1.1]))
      let passed = scan(over: [weights], from: [x]) { step in
        let next = softsign(bump(step.carries[0]) + step.inputs[0] * x)
        return ([next], [sum(next)])
      }
      return sum(square(passed.carries[0])) + sum(passed.outputs[0])
    }
  }

  private static func check(
    _ checks: inout Checks, _ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) throws(TapestryError) {
    let program = program(function)
    let state = ModelState()
    let place = [0.4, -0.9, 1.3, 0.2, -0.35]
    let direction = [1.0, -2, 0.5, 3, -1]
    func results(at place: [Double]) throws(TapestryError) -> Results {
      try program.evaluate(state, [x: NDArray(place)])
    }
    let here = try results(at: place)
    let slope = try here.array(Output("slope")).doubles
    var differences: [Double] = []
    for axis in place.indices {
      var (above, below) = (place, place)
      above[axis] += step
      below[axis] -= step
      let rise = try results(at: above).scalar(Output("value")) - results(at: below).scalar(Output("value"))
      differences.append(rise / (2 * step))
    }
    checks.expectNear(slope, differences, within: 1e-7, "the gradient of \(name)")

    let above = try results(at: zip(place, direction).map { $0 + step * $1 }).array(Output("slope")).doubles
    let below = try results(at: zip(place, direction).map { $0 - step * $1 }).array(Output("slope")).doubles
    let turn = zip(above, below).map { ($0 - $1) / (2 * step) }
    checks.expectNear(
      try here.array(Output("curvature")).doubles, turn, within: 1e-6, "the second derivative of \(name)")
  }
}
