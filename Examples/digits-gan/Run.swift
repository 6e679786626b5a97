import Tapestry

/// One game from its start to its end.
struct Run {
  let game: Game
  private let sampler: Sampler
  private let state: ModelState
  /// By epoch.
  let discriminatorLosses: [Double]
  let generatorLosses: [Double]

  /// Plays the game in batches of 64. Samples stand in the state that goes from step to step, so that a game resumed
  /// still has them.
  init(_ game: Game, _ images: LabelledImages, _ classifierState: ModelState, in notebook: Notebook) throws {
    let seed = notebook.options.seed
    let epochs = game.epochs(of: notebook.options.epochs)
    let program = game.training(notebook.options.programs)
    var state = try program.initialState(seed: seed)
    let sampler = Sampler(game, notebook.options.programs, noise: state, classifierState)
    let sizes = images.batches(of: batchSize).map(\.rowCount)
    state[Run.path(of: 0)] = try sampler.samples(of: state)
    let measured = try notebook.train(&state, steps: epochs * sizes.count, as: game.rawValue) { state, step in
      let (epoch, place) = (step / sizes.count + 1, step % sizes.count)
      let batch = images.batches(of: batchSize, seed: seed, epoch: epoch)[place]
      let out = try program.run(&state, [Model.images: batch.images])
      if place + 1 == sizes.count, epoch % max(epochs / 8, 1) == 0 {
        state[Run.path(of: epoch)] = try sampler.samples(of: state)
      }
      return ["judge": try out.scalar(Model.discriminatorLoss), "generator": try out.scalar(Model.generatorLoss)]
    }
    self.game = game
    self.sampler = sampler
    self.state = state
    discriminatorLosses = Run.means(measured["judge"] ?? [], of: sizes)
    generatorLosses = Run.means(measured["generator"] ?? [], of: sizes)
  }

  /// The epochs after which samples were kept.
  var moments: [Int] {
    state.paths.filter { $0.hasPrefix("samples/") }.compactMap { Int($0.dropFirst(8)) }.sorted()
  }

  /// Ten images of each moment.
  var samples: NDArray {
    get throws {
      let pixels = try moments.flatMap { try state[Run.path(of: $0)]?.values(as: Float.self) ?? [] }
      return try NDArray(pixels, shape: [pixels.count / 64, 64])
    }
  }

  /// A thousand images of the generator, and what the classifier takes them for.
  func recognised() throws -> (images: NDArray, recognition: Recognition) { try sampler.recognised(state) }

  private static func path(of epoch: Int) -> String { "samples/\(epoch)" }

  /// The mean of each epoch, by row, of what its batches gave.
  private static func means(_ values: [Double], of sizes: [Int]) -> [Double] {
    let rows = Double(sizes.reduce(0, +))
    return (0..<values.count / sizes.count).map { epoch in
      sizes.indices.reduce(0) { $0 + values[epoch * sizes.count + $1] * Double(sizes[$1]) } / rows
    }
  }
}

/// Draws images of a generator from the same noise each time, so that they show the same images growing.
struct Sampler {
  private let program: Program
  /// The state of the noise, and the classifier.
  private var fixed: ModelState

  init(_ game: Game, _ options: ProgramOptions, noise: ModelState, _ classifier: ModelState) {
    program = game.sampling(1000, options)
    fixed = ModelState()
    for path in noise.paths where !path.hasPrefix("generator/") && !path.hasPrefix("discriminator/") {
      fixed[path] = noise[path]
    }
    for path in classifier.paths where path.hasPrefix("classifier/") { fixed[path] = classifier[path] }
  }

  /// A thousand images, and what the classifier takes them for.
  func recognised(_ state: ModelState) throws -> (images: NDArray, recognition: Recognition) {
    var all = state
    for path in fixed.paths { all[path] = fixed[path] }
    let out = try program.evaluate(all, [:])
    return (try out.array(Model.samples), Recognition(try out.array(Model.probabilities)))
  }

  /// Ten of them.
  func samples(of state: ModelState) throws -> NDArray {
    let pixels = try recognised(state).images.values(as: Float.self)
    return try NDArray(Array(pixels.prefix(640)), shape: [10, 64])
  }
}
