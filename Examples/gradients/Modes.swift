import Tapestry

/// The slopes of one function of eight numbers, in both modes.
nonisolated enum Modes {
  static let x = Input("x", [8], .float64)
  static let slopes = Output("slopes")

  private static func function(_ x: Tensor) -> Tensor {
    let values: [Double] = (0..<64).map { (place: Int) in Double(place * 37 % 64) / 64 - 0.5 }
    let weights = x.graph.constant(NDArray(values))
    return sum(tanh(dot(weights.reshape([8, 8]), x.reshape([8, 1]))))
  }

  static func reverse(_ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      t.report(slopes, gradient(of: function(t[x]), in: t[x]))
    }
  }

  static func forward(_ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      let value = function(t[x])
      let each = (0..<8).map { axis in
        let unit = t.graph.constant(NDArray((0..<8).map { $0 == axis ? 1.0 : 0 }))
        return jacobianVectorProduct(of: [value], in: [t[x]], with: [unit])[0].reshape([1])
      }
      t.report(slopes, concatenate(each, axis: 0))
    }
  }
}
