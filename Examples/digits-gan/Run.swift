import Tapestry

/// One game from its start to its end.
struct Run {
  let game: Game
  private let sampling: Program
  private let classifierState: ModelState
  /// What stays as it was at the start: the noise of the samples, so that they show the same images growing.
  private let first: ModelState

  private(set) var state: ModelState
  /// By epoch.
  private(set) var discriminatorLosses: [Double] = []
  private(set) var generatorLosses: [Double] = []
  /// Ten images at each of some moments, and when.
  private(set) var samples: [Float] = []
  private(set) var moments: [Int] = []

  init(_ game: Game, _ program: Program, _ classifierState: ModelState) throws {
    self.game = game
    self.classifierState = classifierState
    sampling = game.sampling(1000, options.programs)
    state = try program.initialState(seed: options.seed)
    first = state
  }

  /// An epoch over the batches.
  mutating func train(_ program: Program, _ batches: Batches<LabelledImages>) throws {
    var (judged, made, count) = (0.0, 0.0, 0.0)
    for batch in batches {
      let out = try program.run(&state, [Model.images: batch.images])
      judged += try out.scalar(Model.discriminatorLoss) * Double(batch.rowCount)
      made += try out.scalar(Model.generatorLoss) * Double(batch.rowCount)
      count += Double(batch.rowCount)
      notebook.endIfInterrupted()
    }
    discriminatorLosses.append(judged / count)
    generatorLosses.append(made / count)
  }

  /// Keeps ten images as they are now.
  mutating func keepSamples(after epoch: Int) throws {
    samples += try recognised().images.values(as: Float.self).prefix(640)
    moments.append(epoch)
  }

  /// A thousand images of the generator, and what the classifier takes them for.
  func recognised() throws -> (images: NDArray, recognition: Recognition) {
    var all = state
    for path in first.paths where !path.hasPrefix("generator/") && !path.hasPrefix("discriminator/") {
      all[path] = first[path]
    }
    for path in classifierState.paths where path.hasPrefix("classifier/") { all[path] = classifierState[path] }
    let out = try sampling.evaluate(all, [:])
    return (try out.array(Model.samples), Recognition(try out.array(Model.probabilities)))
  }
}
