import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Four GANs and their losses against PyTorch's numbers: `Tests/Scripts/reference_gans.py`.
@Suite struct AdversarialReferenceTests {
  @Test func losses() throws {
    try check("cross-entropies", in: "gans") { inputs, _, _ in
      guard let real = inputs["real"], let fake = inputs["fake"] else { return [:] }
      return ["discriminator": discriminatorLoss(real: real, fake: fake), "generator": generatorLoss(fake: fake)]
    }
    try check("wasserstein", in: "gans") { inputs, _, _ in
      guard let real = inputs["real"], let fake = inputs["fake"] else { return [:] }
      return [
        "critic": wassersteinCriticLoss(real: real, fake: fake), "generator": wassersteinGeneratorLoss(fake: fake),
      ]
    }
  }

  /// The gradients of the penalty differentiate the critic twice.
  @Test func theGradientPenalty() throws {
    try check("gradient penalty", in: "gans") { inputs, scope, _ in
      guard let real = inputs["real"], let fake = inputs["fake"], let mix = inputs["mix"] else { return [:] }
      return [
        "penalty": gradientPenalty(real: real, fake: fake, mix: mix) {
          mlpDiscriminator($0, hidden: [5, 4], in: scope("critic"))
        }
      ]
    }
  }

  /// Through convolutions, a normalisation and a smooth activation, whose second derivatives are not 0.
  @Test func theGradientPenaltyOfConvolutions() throws {
    let padding = WindowPadding.explicit(top: 1, bottom: 1, left: 1, right: 1)
    try check("gradient penalty of convolutions", in: "gans") { inputs, scope, _ in
      guard let real = inputs["real"], let fake = inputs["fake"], let mix = inputs["mix"] else { return [:] }
      let critic = scope("critic")
      let penalty = gradientPenalty(real: real, fake: fake, mix: mix) { x in
        let first = convolution2D(x, 3, kernel: [4, 4], in: critic("block0"), strides: [2, 2], padding: padding)
        let normal = layerNormalization(tanh(first))
        let second = convolution2D(normal, 2, kernel: [4, 4], in: critic("block1"), padding: padding)
        return dense(flatten(leakyRelu(second, slope: 0.2)), 1, in: critic("output"))
      }
      return ["penalty": penalty]
    }
  }

  /// All parameters, and for the DCGAN the running statistics: the discriminator's moved three times a step.
  @Test(arguments: SmallGAN.all) func twentyStepsAreThoseOfPyTorch(_ model: SmallGAN) throws {
    try twentySteps(of: model)
  }

  /// The generator's loop step by step.
  @Test func twentyStepsUnrolledAreThoseOfPyTorch() throws {
    var options = CompilerOptions()
    options.unrollsLoops = true
    try twentySteps(of: try #require(SmallGAN.all.first { $0.name == "lstm-gan" }), options)
  }

  private func twentySteps(of model: SmallGAN, _ options: CompilerOptions = CompilerOptions()) throws {
    var run = try AdversarialRun(model, .float64, options)
    var losses: [String: [Double]] = [:]
    for step in 1...20 {
      let results = try run.step(step)
      for name in ["discriminator loss", "generator loss"] {
        losses[name, default: []].append(try results.scalar(Output(name)))
      }
      guard step == 1 || step == 20 else { continue }
      let paths = run.reference.parameters.keys.sorted()
      #expect(paths.count >= 9)
      for path in paths {
        let wanted = try #require(run.reference.outputs["\(path) \(step)"])
        let error = wanted.error(of: try #require(run.state[path]))
        #expect(error <= (step == 1 ? 1e-9 : 1e-7), "\(model.name): \(path) after step \(step)")
      }
    }
    for (name, found) in losses {
      #expect(try #require(run.reference.outputs[name]).error(of: NDArray(found)) <= 1e-7, "\(model.name): \(name)")
    }
  }

  /// What is left out is a bias before a normalisation, whose gradient is 0 but for rounding, which Adam makes a step of,
  /// and the mean that the normalisation sees of it.
  @Test(arguments: SmallGAN.all) func oneStepInFloat32IsThatOfPyTorch(_ model: SmallGAN) throws {
    var run = try AdversarialRun(model, .float32)
    _ = try run.step(1)
    for path in run.reference.parameters.keys.sorted() {
      if run.isNormalizedBias(path) || path.hasSuffix("/norm/mean") { continue }
      let wanted = try #require(run.reference.outputs[path + " 1"])
      let error = wanted.error(of: try #require(run.state[path]))
      #expect(error <= 1e-4, "\(model.name): \(path)")
    }
  }
}
