import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct VariationalAutoencoderTests {
  private let x = Input("x", [nil, 6])

  /// Over 4,000 equal examples the codes have the mean and deviation that the encoder gives.
  @Test func codesAreDrawnFromTheDistributionOfTheEncoder() throws {
    let program = Program.traced { [x] t in
      let result = variationalAutoencoder(t[x], widths: [5], code: 2, in: t.scope("vae"))
      t.report(Output("mean"), result.mean)
      t.report(Output("deviation"), exp(result.logVariance * 0.5))
      t.report(Output("code"), result.code)
    }
    var state = try program.initialState(seed: 2)
    let feeds: Feeds = [x: NDArray(repeating: 0.5, [4000, 6])]
    let results = try program.run(&state, feeds)
    let code = try results.array(Output("code")).doubles
    for place in 0..<2 {
      let mean = try results.array(Output("mean")).double(at: place)
      let deviation = try results.array(Output("deviation")).double(at: place)
      let normal = stride(from: place, to: code.count, by: 2).map { (code[$0] - mean) / deviation }
      let first = normal.reduce(0, +) / 4000
      let second = normal.reduce(0) { $0 + $1 * $1 } / 4000
      // Five deviations of the two estimates.
      #expect(abs(first) < 5 / 4000.0.squareRoot() && abs(second - 1) < 5 * (2 / 4000.0).squareRoot())
    }
    #expect(try program.run(&state, feeds).array(Output("code")).doubles != code)
  }

  @Test func theDivergenceIsZeroForTheStandardDistributionAlone() throws {
    let program = Program.traced { t in
      func divergence(_ mean: Double, _ logVariance: Double) -> Tensor {
        normalDivergence(
          t.graph.constant(NDArray([mean, 0])), logVariance: t.graph.constant(NDArray([0, logVariance])))
      }
      t.report(Output("standard"), divergence(0, 0))
      t.report(Output("other"), divergence(2, 1))
    }
    let results = try program.evaluate(ModelState(), [:])
    #expect(try results.scalar(Output("standard")) == 0)
    // 2²/2 + (e - 1 - 1)/2
    #expect(abs(try results.scalar(Output("other")) - 2.3591409142295223) < 1e-15)
  }

  @Test func theDecoderSharesTheAutoencodersLayers() throws {
    let training = Program.traced { [x] t in
      let result = variationalAutoencoder(t[x], widths: [5], code: 2, in: t.scope("vae"))
      let cost = variationalLoss(result, t[x])
      t.report(Output("loss"), cost)
      t.report(Output("code"), result.code)
      t.report(Output("logits"), result.logits)
      t.minimize(cost, with: .adam(learningRate: 1e-2))
    }
    let code = Input("code", [nil, 2])
    let decoding = Program.traced { t in
      t.report(Output("logits"), variationalDecoder(t[code], widths: [5], features: 6, in: t.scope("vae")))
    }
    var state = try training.initialState(seed: 2)
    let feeds: Feeds = [x: try NDArray([0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1] as [Float], shape: [2, 6])]
    let before = state
    let first = try training.run(&state, feeds)
    let logits = try decoding.evaluate(before, [code: try first.array(Output("code"))]).array(Output("logits"))
    #expect(logits == (try first.array(Output("logits"))))
    for _ in 0..<300 { _ = try training.run(&state, feeds) }
    let last = try training.run(&state, feeds).scalar(Output("loss"))
    #expect(last < 0.7 * (try first.scalar(Output("loss"))))
  }
}
