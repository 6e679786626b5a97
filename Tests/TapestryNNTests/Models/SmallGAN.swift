import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// A GAN of the reference file `gans.json`: four of them, small, with learning rates of 1/64 and 1/128.
struct SmallGAN: Sendable, CustomTestStringConvertible {
  let name: String
  /// How many layers the generator and the discriminator have that multiply or convolve.
  let layers: (generator: Int, discriminator: Int)
  /// How often the discriminator's layers run in a step. Of its pass for a penalty no score is needed, only the slope.
  var judgements: Int { name == "wgan-gp" ? 4 * layers.discriminator - 1 : 3 * layers.discriminator }
  let play: @Sendable (Tracing, _ inputs: [String: Tensor], _ generator: Scope, _ discriminator: Scope) -> Void

  var testDescription: String { name }

  static let all: [SmallGAN] = [
    SmallGAN(name: "gan", layers: (3, 3)) { t, inputs, g, d in
      guard let real = inputs["real"], let noise = inputs["noise"] else { return }
      t.report(
        play(t, real, mlpGenerator(noise, outputs: 5, hidden: [4, 6], in: g), g, d) {
          mlpDiscriminator($0, hidden: [6, 4], in: d)
        })
    },
    SmallGAN(name: "wgan-gp", layers: (2, 3)) { t, inputs, g, d in
      guard let real = inputs["real"], let noise = inputs["noise"], let mix = inputs["mix"] else { return }
      t.report(
        play(t, real, mlpGenerator(noise, outputs: 5, hidden: [6], in: g), g, d, .wasserstein(mix: mix)) {
          mlpDiscriminator($0, hidden: [6, 4], bias: false, in: d)
        })
    },
    SmallGAN(name: "lstm-gan", layers: (2, 2)) { t, inputs, g, d in
      guard let real = inputs["real"], let noise = inputs["noise"] else { return }
      t.report(
        play(t, real, lstmGenerator(noise, outputs: 2, units: 3, in: g), g, d) {
          mlpDiscriminator($0, hidden: [5], in: d)
        })
    },
    SmallGAN(name: "dcgan", layers: (3, 3)) { t, inputs, g, d in
      guard let real = inputs["real"], let noise = inputs["noise"] else { return }
      t.report(
        play(t, real, dcganGenerator(noise, filters: [4, 3], start: 2, bias: true, in: g, mode: t.mode), g, d) {
          dcganDiscriminator($0, filters: [3, 4], bias: true, in: d, mode: t.mode)
        })
    },
  ]

  private static func play(
    _ t: Tracing, _ real: Tensor, _ fake: Tensor, _ generator: Scope, _ discriminator: Scope,
    _ game: AdversarialGame = .crossEntropy, _ judge: (Tensor) -> Tensor
  ) -> AdversarialLosses {
    t.minimizeInTurn(
      game, real: real, fake: fake, generator: generator, discriminator: discriminator,
      discriminatorOptimizer: .adam(learningRate: 1.0 / 64, beta1: 0.5),
      generatorOptimizer: .adam(learningRate: 1.0 / 128, beta1: 0.5), judge: judge)
  }
}

extension Tracing {
  fileprivate func report(_ losses: AdversarialLosses) {
    report(Output("discriminator loss"), losses.discriminator)
    report(Output("generator loss"), losses.generator)
  }
}

/// A GAN with the numbers PyTorch starts from, in one float type.
struct AdversarialRun {
  let reference: ReferenceCase
  let program: Program
  var state: ModelState
  private let inputs: [(input: Input, array: NDArray)]

  init(_ model: SmallGAN, _ dtype: DType, _ compiler: CompilerOptions = CompilerOptions()) throws {
    reference = try ReferenceCase.named(model.name, in: "gans")
    inputs = try reference.inputs.sorted { $0.key < $1.key }.map { name, array in
      let array = try array.array(dtype)
      return (Input(name, Array(array.shape.extents.dropFirst()), array.dtype), array)
    }
    var options = ProgramOptions()
    options.compiler = compiler
    program = Program.traced(options) { [inputs] t in
      model.play(
        t, Dictionary(uniqueKeysWithValues: inputs.map { ($0.input.name, t[$0.input]) }), t.scope("generator"),
        t.scope("discriminator"))
    }
    state = try program.initialState()
    for (path, value) in reference.parameters { state[path] = try value.array(dtype) }
  }

  /// The batch of a step, counted from 1.
  func feeds(_ step: Int) -> Feeds {
    Feeds(
      inputs.map { input, array in
        let place = step % array.shape[0]
        let size = array.count / array.shape[0]
        let rest = Shape(Array(array.shape.extents.dropFirst()))
        return (input, NDArray(rest, array.dtype) { array.double(at: place * size + $0) })
      })
  }

  /// One step: what it reports.
  mutating func step(_ number: Int) throws -> Results { try program.run(&state, feeds(number)) }

  /// The paths of the trained variables of a player.
  func parameters(of player: String) throws -> [String] {
    try program.compiled(for: feeds(1)).source.store.effects.variables.filter(\.isTrainable).map(\.path)
      .filter { $0.hasPrefix(player + "/") }
  }
  /// Whether a path is the bias before a normalisation, whose gradient is 0 but for rounding.
  func isNormalizedBias(_ path: String) -> Bool {
    guard path.hasSuffix("/bias") else { return false }
    return state[path.dropLast("bias".count) + "norm/scale"] != nil
  }
}
