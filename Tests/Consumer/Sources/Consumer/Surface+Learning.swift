import Tapestry

/// What trains, and what it trains with.
extension Surface {
  static func checkLearning(_ checks: inout Checks) throws(TapestryError) {
    let data: BreastCancer = BreastCancer.load()
    let features = try data.training["features"]
    let scale = try Standardization(of: features)
    checks.expect(scale.means.count == 30 && data.featureNames.count == 30, "breast cancer data")
    do {
      try train(&checks)
    } catch {
      checks.expect(false, "a training: \(error)")
    }
    try checkText(&checks)
    try checkFiles(&checks)
  }

  private static func train(_ checks: inout Checks) throws {
    let (images, labels) = (Input("images", [nil, 64]), Input("labels", [nil], .int32))
    let (loss, counts) = (Output("loss"), Output("confusion"))
    var options = ProgramOptions()
    options.loopMemory = LoopMemory.everything
    let program = Program.traced(options) { t in
      let logits = mlp(t[images], widths: [16, 10], in: t.scope("mlp"))
      let cost = softmaxCrossEntropy(logits, t[labels])
      t.report(loss, cost)
      t.report(counts, confusionMatrix(argMax(logits, axis: -1), t[labels], classes: 10))
      let schedule: LearningRateSchedule = .warmUp(steps: 2, then: .cosine(steps: 20, floor: 0.1))
      let decay = WeightDecayForm.decoupled
      t.minimize(cost, with: .adam(learningRate: 0.01).decayingWeights(by: 1e-4, decay).scheduled(schedule))
    }
    let biases: ParameterPaths = ["**/bias"]
    checks.expect(biases.contains("mlp/0/bias") && !biases.contains("mlp/0/weight"), "paths of parameters")
    let rows = Digits.load().training.selecting(rows: Array(0..<70))
    let trainer = Trainer(
      program, loss: loss, metrics: [Metric.f1Score(counts, average: ClassAverage.macro, as: "f1")]
    ) { (batch: LabelledImages) in [images: batch.images, labels: batch.labels] }
    var state = try program.initialState(seed: 1)
    var steps = 0
    let history: TrainingHistory = try trainer.fit(
      &state, rows, validation: rows, epochs: 3, batchSize: 32,
      callbacks: [
        EarlyStopping(patience: 3, goal: Goal.lowest), BestModel(), StopOnNaN(), StopWhen { false }, Counting(),
        try ReduceRateOnPlateau(patience: 2), AfterStep { _ in steps += 1 },
        AfterEpoch { (run: inout TrainingRun) in _ = run.epoch },
      ])
    let record: EpochRecord? = history.epochs.last
    checks.expect(steps == 9 && record?["val_f1"] != nil && history.specializations >= 2, "a training")
    let profile: ProgramProfile = try program.profile(state, [images: rows.images, labels: rows.labels], steps: 2)
    let entries: [ProgramProfile.Entry] = profile.entries
    let phase: Phase? = entries.first?.phase
    let totals: [ProgramProfile.Total] = profile.layers
    checks.expect(phase == .forward && !totals.isEmpty && profile.threads >= 1, "a profile")
  }

  /// A callback of one's own, with what it remembers in a checkpoint.
  private struct Counting: TrainingCallback {
    private var epochs = 0.0
    mutating func epochEnded(_ run: inout TrainingRun) throws { epochs += 1 }
    var memory: CallbackMemory {
      get { CallbackMemory(numbers: ["epochs": epochs]) }
      set { epochs = newValue.numbers["epochs"] ?? 0 }
    }
  }

  private static func checkText(_ checks: inout Checks) throws(TapestryError) {
    let corpus: TextCorpus = try TextCorpus("abracadabra")
    let vocabulary: CharacterVocabulary = corpus.vocabulary
    let windows: TextWindows = try corpus.windows(of: 4)
    checks.expect(vocabulary.count == 5 && windows.rowCount >= 2, "texts")
    let token = Input("token", [nil, nil], .int32)
    let model: @Sendable (Tracing, Tensor, RecurrentStates?) -> LanguageModelResult = { t, tokens, states in
      recurrentLanguageModel(
        tokens, vocabulary: 5, embedding: 3, RecurrentKind.gru, units: 4, initial: states, in: t.scope("model"))
    }
    let program = Program.traced { t in t.report(Output("logits"), model(t, t[token], nil).logits) }
    let state = try program.initialState(seed: 1, feeds: [token: windows.inputs])
    let drawn = try TokenSampler(recurrent: model).sample(6, after: [0], from: state, temperature: 0.8, seed: 3)
    checks.expect(try vocabulary.decode(drawn).count == 6, "samples of a language model")
  }

  private static func checkFiles(_ checks: inout Checks) throws(TapestryError) {
    let array = NDArray([1, 2, 3] as [Float])
    checks.expect(try NPY.read(NPY.bytes(of: array)) == array, "npy")
    checks.expect(try NPZ.read(NPZ.bytes(of: ["a": array]))["a"] == array, "npz")
    let file = Safetensors(["linear.weight": NDArray(zeros: [2, 3])], metadata: ["from": "a test"])
    checks.expect(try Safetensors(file.bytes()) == file, "safetensors")
    checks.expectError(.invalidFile, "what is no IDX file") { () throws(TapestryError) in _ = try IDX.read([1, 2, 3]) }
    checks.expectError(.invalidFile, "what is no gzip file") { () throws(TapestryError) in
      _ = try Gzip.unpacked([1, 2, 3])
    }
    checks.expectError(.invalidFile, "a folder without images") { () throws(TapestryError) in
      _ = try ImageSets.mnist(folder: "nowhere") as ImageSets
    }
    let program = Program.traced { t in
      t.report(Output("y"), dense(t[Input("x", [1, 3])], 2, in: t.scope("layer"), bias: false))
    }
    var state = try program.initialState(seed: 1)
    let map: WeightMap = [WeightMap("linear.weight", as: "layer/weight", WeightTransform.transposed)]
    try state.load(from: ModelState(file.tensors), through: map)
    checks.expect(state["layer/weight"]?.doubles.allSatisfy { $0 == 0 } ?? false, "weights of PyTorch")
    let difference: StateDifference = try state.difference(from: state)
    let misfits: [StateDifference.Misfit] = difference.misshapen
    checks.expect(difference.isEmpty && misfits.isEmpty, "differences of states")
    let checkpoint = Checkpoint(state: state, epoch: 1, seed: 2)
    checks.expect(CheckpointPlan(to: "run.safetensors").every == 1 && checkpoint.epoch == 1, "checkpoints")
    checks.expect(
      DrawnStage.allCases.count == 3 && NotebookOption("--rate", "R", help: "a rate").hashValue != 0, "words")
  }
}
