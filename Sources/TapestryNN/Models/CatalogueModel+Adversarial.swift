package import TapestryCompiler
package import TapestryCore
package import TapestryGraph

// Two players in one program. The sizes are smaller than those the functions have by default, so that the whole list is
// inspected and checked in little time.

extension CatalogueModel {
  /// Dense layers on both sides.
  static let gan = adversarial(
    "gan", "generator 16-32-64-64 against discriminator 64-64-32-1: two losses and two Adam steps in one program",
    real: [4, 64], noise: [4, 16]
  ) { t, real, noise in
    let (d, g) = (t.scope("discriminator"), t.scope("generator"))
    let fake = mlpGenerator(noise, outputs: 64, hidden: [32, 64], in: g)
    return t.minimizeInTurn(real: real, fake: fake, generator: g, discriminator: d) {
      mlpDiscriminator($0, hidden: [64, 32], in: d)
    }
  }

  /// Convolutions on both sides.
  static let dcgan = adversarial(
    "dcgan", "images 8x8: transposed convolutions against convolutions, batch normalisation, two Adam steps",
    real: [3, 8, 8, 1], noise: [3, 8]
  ) { t, real, noise in
    let (d, g) = (t.scope("discriminator"), t.scope("generator"))
    let fake = dcganGenerator(noise, filters: [8, 4], start: 2, in: g, mode: t.mode)
    return t.minimizeInTurn(real: real, fake: fake, generator: g, discriminator: d) {
      dcganDiscriminator($0, filters: [4, 8], in: d, mode: t.mode)
    }
  }

  /// A critic whose slopes are held at 1.
  static let wassersteinGAN = adversarial(
    "wgan-gp", "generator 16-32-64 against critic 64-32-1: Wasserstein distance with gradient penalty, two Adam steps",
    real: [4, 64], noise: [4, 16]
  ) { t, real, noise in
    let (d, g) = (t.scope("critic"), t.scope("generator"))
    let fake = mlpGenerator(noise, outputs: 64, hidden: [32], in: g)
    let mix = randomUniform([real.extent(0)], from: d)
    return t.minimizeInTurn(.wasserstein(mix: mix), real: real, fake: fake, generator: g, discriminator: d) {
      mlpDiscriminator($0, hidden: [32], bias: false, in: d)
    }
  }

  /// A generator that writes step by step.
  static let lstmGAN = adversarial(
    "lstm-gan", "sequences of 6 steps: an LSTM generator against a dense discriminator, two Adam steps",
    real: [3, 6, 4], noise: [3, 6, 5]
  ) { t, real, noise in
    let (d, g) = (t.scope("discriminator"), t.scope("generator"))
    let fake = lstmGenerator(noise, outputs: 4, units: 8, in: g)
    return t.minimizeInTurn(real: real, fake: fake, generator: g, discriminator: d) {
      mlpDiscriminator($0, hidden: [16], in: d)
    }
  }

  /// An entry with the inputs and reports all of them have. The batch is open.
  package static func adversarial(
    _ name: String, _ summary: String, real: Shape, noise: Shape, dtype: DType = .float32,
    _ play: @escaping @Sendable (Tracing, _ real: Tensor, _ noise: Tensor) -> AdversarialLosses
  ) -> CatalogueModel {
    let given = Input("real", [nil] + real.extents.dropFirst().map(Optional.some), dtype)
    let drawn = Input("noise", [nil] + noise.extents.dropFirst().map(Optional.some), dtype)
    return CatalogueModel(name, summary, [(given, .sample(real, dtype)), (drawn, .sample(noise, dtype))]) { t in
      let losses = play(t, t[given], t[drawn])
      t.report(Output("discriminator loss"), losses.discriminator)
      t.report(Output("generator loss"), losses.generator)
    }
  }
}
