import TapestryCompiler
import TapestryCore
import TapestryGraph

/// A softmax classifier with one hidden layer and Adam's updates written out: the program most tests run.
enum Classifier {
  static let x = Input("x", [nil, 16])
  static let labels = Input("labels", [nil], .int32)
  static let loss = Output("loss")
  static let classes = 5

  static func traced(_ options: ProgramOptions = ProgramOptions(threads: 1)) -> Program {
    Program.traced(options) { t in
      let hidden = Layer(t[x], 64, t.scope("mlp")("hidden"))
      let logits = Layer(relu(hidden.result), classes, t.scope("mlp")("logits"))
      let cost = softmaxCrossEntropy(logits.result, t[labels])
      t.report(loss, cost)
      if t.mode == .training { update(cost, [hidden, logits]) }
    }
  }

  private struct Layer {
    let scope: Scope
    let parameters: [(name: String, tensor: Tensor)]
    let result: Tensor

    init(_ x: Tensor, _ units: Int, _ scope: Scope) {
      let spread = Initializer("spread") { type, stream in
        NDArray(type.shape, type.dtype) { stream.uniform(at: $0) - 0.5 }
      }
      let weight = scope.parameter("weight", [x.extent(-1), units], spread)
      let bias = scope.parameter("bias", [units], .zeros)
      self.scope = scope
      parameters = [("weight", weight), ("bias", bias)]
      result = dot(x, weight) + bias
    }
  }

  private static func update(_ cost: Tensor, _ layers: [Layer]) {
    for layer in layers {
      let slopes = gradients(of: cost, in: layer.parameters.map(\.tensor))
      for ((name, parameter), slope) in zip(layer.parameters, slopes) {
        let kept = layer.scope(name)
        let m = 0.9 * kept.state("m", parameter.shape) + 0.1 * slope
        let v = 0.99 * kept.state("v", parameter.shape) + 0.01 * slope * slope
        kept.assign("m", m)
        kept.assign("v", v)
        layer.scope.assign(name, parameter - 0.01 * m / (sqrt(v) + 1e-6))
      }
    }
  }

  /// Rows with labels that depend on them.
  static func feeds(_ rows: Int, seed: Int = 1) -> Feeds {
    let stream = RandomStream(seed: seed, name: "rows")
    let values = NDArray([rows, 16], .float32) { stream.uniform(at: $0) * 2 - 1 }
    let classes = NDArray([rows], .int32) { row in
      Double(values.double(at: row * 16) > 0 ? 1 : 3)
    }
    return [x: values, labels: classes]
  }
}

/// The error something throws, as text; nil when it throws none.
func message(of body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
