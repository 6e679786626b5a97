import Tapestry

/// A curved valley in the plane, after H. Rosenbrock (1960), with its gradient and its Hessian.
nonisolated enum Valley {
  static let place = Input("place", [2], .float64)
  static let height = Output("height")
  static let slope = Output("slope")
  static let hessian = Output("Hessian")

  /// (1 - x)² + 10 (y - x²)², lowest at (1, 1).
  static func height(_ place: Tensor) -> Tensor {
    let x = slice(place, axis: 0, 0..<1).reshape([])
    let y = slice(place, axis: 0, 1..<2).reshape([])
    return square(1 - x) + 10 * square(y - square(x))
  }

  /// The Hessian column by column: its product with each unit vector.
  static func program(_ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      let height = height(t[place])
      let units = [[1.0, 0], [0, 1]].map { t.graph.constant(NDArray($0)) }
      let columns = units.map { hessianVectorProduct(of: height, in: [t[place]], with: [$0])[0] }
      t.report(Valley.height, height)
      t.report(slope, gradient(of: height, in: t[place]))
      t.report(hessian, concatenate(columns, axis: 0))
    }
  }

  /// Goes down from a place, by Newton's rule or along the slope, and says where it was at each step.
  static func path(_ program: Program, steps: Int, byNewton isNewton: Bool) throws -> [(x: Double, y: Double)] {
    var at = (x: -1.2, y: 1.0)
    var path = [at]
    for _ in 0..<steps {
      let out = try program.evaluate(ModelState(), [place: NDArray([at.x, at.y])])
      let g = try out.array(slope).doubles
      let h = try out.array(hessian).doubles
      let determinant = h[0] * h[3] - h[1] * h[2]
      let step =
        isNewton
        ? (x: (h[3] * g[0] - h[2] * g[1]) / determinant, y: (h[0] * g[1] - h[1] * g[0]) / determinant)
        : (x: 0.01 * g[0], y: 0.01 * g[1])
      at = (at.x - step.x, at.y - step.y)
      path.append(at)
    }
    return path
  }
}
