import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN

/// A training small enough for tests: ten rows, a layer with dropout, Adam.
enum SmallTraining {
  static let x = Input("x", [nil, 3])
  static let y = Input("y", [nil, 1])
  static let loss = Output("loss")
  static let bias = Output("mean error")

  /// A program; every bit of its state depends on every step.
  static func program(dropping rate: Double = 0.25, optimizer: Optimizer = .adam(learningRate: 0.05)) -> Program {
    Program.traced(ProgramOptions(threads: 1)) { t in
      var hidden = tanh(dense(t[x], 4, in: t.scope("hidden")))
      if t.mode == .training { hidden = dropout(hidden, rate: rate, from: t.scope("drop")) }
      let distance = dense(hidden, 1, in: t.scope("out")) - t[y]
      let cost = mean(distance * distance)
      t.report(loss, cost)
      t.report(bias, mean(distance))
      t.minimize(cost, with: optimizer)
    }
  }

  static func rows(_ count: Int = 10, seed: Int = 3) throws -> DataSet {
    let stream = RandomStream(seed: seed, name: "rows")
    let values: [Float] = (0..<(3 * count)).map { Float(stream.uniform(at: $0)) }
    let sums: [Float] = (0..<count).map { (row: Int) -> Float in
      let product: Float = values[3 * row + 1] * values[3 * row + 2]
      return values[3 * row] - product
    }
    return try DataSet([
      ("x", NDArray(values, shape: [count, 3])), ("y", NDArray(sums, shape: [count, 1])),
    ])
  }

  @Sendable static func feeds(_ batch: DataSet) throws -> Feeds { try [x: batch["x"], y: batch["y"]] }

  static func trainer(_ program: Program) -> Trainer<DataSet> {
    Trainer(program, loss: loss, metrics: [.mean(bias)], evaluationBatchSize: 4, feeds: feeds)
  }
}
