public import TapestryCompiler
import TapestryCore
public import TapestryGraph

// One step of two players in one program, in the order everybody uses: the judge first. By hand it is
//
//     let fake = generator(t[noise], in: g)                               the generator's pass, traced once
//     let cut = stopGradient(fake)                                        no gradient of the judge's loss beyond here
//     let judged = discriminatorLoss(real: judge(t[real]), fake: judge(cut))
//     t.minimize(judged, over: d, with: ...)                              next versions of the judge's parameters
//     let made = generatorLoss(fake: judge(fake))                         the judge as it is after its update
//     t.minimize(made, over: g, with: ...)
//
// That the generator meets the updated judge follows from the order of writing, since a parameter read after an update
// is the updated one. PyTorch does the same when the judge's optimizer steps before the generator's loss is computed.

/// How the two players keep score.
public enum AdversarialGame: Sendable {
  /// A discriminator with logits: ``discriminatorLoss(real:fake:file:line:)`` and ``generatorLoss(fake:file:line:)``.
  case crossEntropy
  /// A critic with a penalty on its slopes: ``wassersteinCriticLoss(real:fake:file:line:)`` plus
  /// ``gradientPenalty(real:fake:mix:factor:file:line:critic:)``, and ``wassersteinGeneratorLoss(fake:file:line:)``.
  /// `mix` is [batch], in 0...1.
  case wasserstein(mix: Tensor, factor: Double = 10)
}

/// What the two players paid in a step.
public struct AdversarialLosses: Sendable {
  /// The loss of the discriminator or critic, before its update. A scalar.
  public let discriminator: Tensor
  /// The loss of the generator, against the updated discriminator. A scalar.
  public let generator: Tensor
}

extension Tracing {
  /// One step of both players: the judge learns to tell real from made, then the generator to be taken for real.
  ///
  /// - Parameters:
  ///   - game: how they keep score.
  ///   - real: real examples [batch, ...], float.
  ///   - fake: what the generator made of noise, of that shape.
  ///   - generator: the scope of the generator's parameters; the second optimizer moves these alone.
  ///   - discriminator: the scope of the judge's parameters; the first optimizer moves these alone.
  ///   - discriminatorOptimizer: the rule of the judge.
  ///   - generatorOptimizer: the rule of the generator.
  ///   - judge: scores a batch with the parameters of `discriminator`. It is called for the real examples, for the made
  ///     ones behind a `stopGradient`, with a Wasserstein game for points between them, and after the update for the
  ///     made ones again.
  @discardableResult
  public func minimizeInTurn(
    _ game: AdversarialGame = .crossEntropy, real: Tensor, fake: Tensor, generator: Scope, discriminator: Scope,
    discriminatorOptimizer: Optimizer = .adam(learningRate: 2e-4, beta1: 0.5),
    generatorOptimizer: Optimizer = .adam(learningRate: 2e-4, beta1: 0.5), file: StaticString = #fileID,
    line: UInt = #line, judge: (Tensor) -> Tensor
  ) -> AdversarialLosses {
    let cut = stopGradient(fake, file: file, line: line)
    let (onReal, onFake) = (judge(real), judge(cut))
    var judged: Tensor
    switch game {
    case .crossEntropy:
      judged = discriminatorLoss(real: onReal, fake: onFake, file: file, line: line)
    case .wasserstein(let mix, let factor):
      judged = wassersteinCriticLoss(real: onReal, fake: onFake, file: file, line: line)
      judged =
        judged
        + gradientPenalty(real: real, fake: cut, mix: mix, factor: factor, file: file, line: line, critic: judge)
    }
    minimize(judged, over: discriminator, with: discriminatorOptimizer, file: file, line: line)
    let again = judge(fake)
    let made =
      switch game {
      case .crossEntropy: generatorLoss(fake: again, file: file, line: line)
      case .wasserstein: wassersteinGeneratorLoss(fake: again, file: file, line: line)
      }
    minimize(made, over: generator, with: generatorOptimizer, file: file, line: line)
    return AdversarialLosses(discriminator: judged, generator: made)
  }
}
