import Tapestry

/// Three ways to let a generator of digits learn from a judge.
nonisolated enum Game: String, CaseIterable, Sendable {
  /// Dense layers on both sides.
  case dense = "dense"
  /// Convolutions on both sides (DCGAN).
  case convolutional = "DCGAN"
  /// Dense layers, and a critic that measures a distance, held to slopes of 1 by a penalty.
  case wasserstein = "Wasserstein"

  /// The games of a name, or all where there is none.
  ///
  /// - Throws: `usage` for a name that no game has.
  static func named(_ name: String?) throws -> [Game] {
    guard let name else { return allCases }
    let found = allCases.filter { $0.rawValue.lowercased() == name.lowercased() }
    guard !found.isEmpty else {
      throw TapestryError(
        .usage, "no game is called '\(name)'",
        remedy: "they are " + allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
    }
    return found
  }

  /// How many passes over the data it gets where the dense game gets `epochs`: convolutions cost more.
  func epochs(of epochs: Int) -> Int {
    switch self {
    case .dense: epochs
    case .convolutional: max(epochs / 8, 1)
    case .wasserstein: max(epochs / 2, 1)
    }
  }

  /// Images made of normal noise: [count, 64], pixels in (-1, 1).
  func generated(_ count: Int, in scope: Scope, mode: TracingMode) -> Tensor {
    let noise = randomNormal([count, Model.noise], from: scope)
    switch self {
    case .dense, .wasserstein: return mlpGenerator(noise, outputs: 64, hidden: [128, 256], in: scope)
    case .convolutional:
      return flatten(dcganGenerator(noise, filters: [48], start: 4, in: scope, mode: mode))
    }
  }

  /// The score of each image, pixels in -1...1.
  func judged(_ images: Tensor, in scope: Scope, mode: TracingMode) -> Tensor {
    switch self {
    case .dense: mlpDiscriminator(images, hidden: [256, 128], in: scope)
    case .wasserstein: mlpDiscriminator(images, hidden: [256, 128], bias: false, in: scope)
    case .convolutional:
      dcganDiscriminator(images.reshape([images.extent(0), 8, 8, 1]), filters: [24, 48], in: scope, mode: mode)
    }
  }

  /// One step of both players: two losses, two optimizers, two updates.
  func training(_ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      let (d, g) = (t.scope("discriminator"), t.scope("generator"))
      let real = t[Model.images] * 2 - 1
      let count = real.extent(0)
      let fake = generated(count, in: g, mode: t.mode)
      let losses = t.minimizeInTurn(
        self == .wasserstein ? .wasserstein(mix: randomUniform([count], from: d)) : .crossEntropy,
        real: real, fake: fake, generator: g, discriminator: d,
        discriminatorOptimizer: .adam(learningRate: 2e-4, beta1: 0.5),
        generatorOptimizer: .adam(learningRate: 4e-4, beta1: 0.5)
      ) { judged($0, in: d, mode: t.mode) }
      t.report(Model.discriminatorLoss, losses.discriminator)
      t.report(Model.generatorLoss, losses.generator)
    }
  }

  /// Images out of the generator, and what the classifier takes them for. It runs on a state that holds both.
  func sampling(_ count: Int, _ options: ProgramOptions) -> Program {
    Program.traced(options) { t in
      let images = (generated(count, in: t.scope("generator"), mode: t.mode) + 1) / 2
      t.report(Model.samples, images)
      t.report(Model.probabilities, softmax(classifier(images, in: t.scope("classifier"))))
    }
  }
}
