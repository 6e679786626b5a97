import TapestryCore
public import TapestryGraph

// The losses of two players: one makes examples out of noise, the other judges what it is shown. Each function takes the
// judge's scores of a batch, of any shape, and gives a float scalar. A discriminator's scores are logits; a critic's are
// plain numbers. Whoever pays the judge's loss passes scores of what was made under `stopGradient`, or minimizes over
// the judge's scope alone.

/// What a discriminator pays: the cross-entropy of calling the real real, plus that of calling the made made.
///
/// `mean(softplus(-real)) + mean(softplus(fake))`, exact for logits of any size (I. Goodfellow et al., Generative
/// Adversarial Nets, 2014). It is the sum of PyTorch's `binary_cross_entropy_with_logits` of both.
///
/// - Parameters:
///   - real: the logits of real examples, float.
///   - fake: the logits of made ones, of that type.
public func discriminatorLoss(
  real: Tensor, fake: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  real.graph.located(file, line) { mean(softplus(-real)) + mean(softplus(fake)) }
}

/// What a generator pays: the cross-entropy of the discriminator calling what it made real.
///
/// `mean(softplus(-fake))`: the form that does not saturate while the discriminator is sure (I. Goodfellow et al.,
/// Generative Adversarial Nets, 2014, section 3).
///
/// - Parameter fake: the logits of made examples, float.
public func generatorLoss(fake: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  fake.graph.located(file, line) { mean(softplus(-fake)) }
}

/// What a critic pays: how much higher it scores the made than the real, `mean(fake) - mean(real)`.
///
/// Its opposite estimates the Wasserstein distance between the two as long as the critic is 1-Lipschitz, which
/// ``gradientPenalty(real:fake:mix:factor:file:line:critic:)`` sees to (M. Arjovsky et al., Wasserstein GAN, 2017).
///
/// - Parameters:
///   - real: the scores of real examples, float.
///   - fake: the scores of made ones, of that type.
public func wassersteinCriticLoss(
  real: Tensor, fake: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  real.graph.located(file, line) { mean(fake) - mean(real) }
}

/// What the generator pays that plays against a critic: `-mean(fake)`.
///
/// - Parameter fake: the scores of made examples, float.
public func wassersteinGeneratorLoss(fake: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  fake.graph.located(file, line) { -mean(fake) }
}
