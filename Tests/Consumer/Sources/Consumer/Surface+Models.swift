import Tapestry

/// Layers and models: each kind by its shapes.
extension Surface {
  static func checkModels(_ checks: inout Checks) throws(TapestryError) {
    let graph = Graph()
    let scope = graph.scope("models")
    let images = graph.input("images", [2, 3, 8, 8])
    let wide = upsample(images, by: [2, 2], method: UpsampleMethod.nearest, layout: ImageLayout.nchw)
    checks.expect(wide.shape == [2, 3, 16, 16], "upsampling: \(wide.shape)")
    let steps = graph.input("steps", [2, 5, 3])
    let causal = convolution1D(steps, 4, kernel: 3, in: scope("causal"), padding: SequencePadding.causal)
    checks.expect(causal.shape == [2, 5, 4], "sequences: \(causal.shape)")
    let result: RecurrentResult = lstm(steps, 4, in: scope("lstm"), output: RecurrentOutput.lastStep)
    let states: RecurrentStates = result.states
    checks.expect(result.output.shape == [2, 4] && states.cell != nil, "recurrences")
    let block = transformerBlock(
      causal, heads: 2, hidden: 8, in: scope("block"), normalization: NormalizationPlace.before)
    checks.expect(block.shape == causal.shape, "attention")
    let pixels = graph.input("pixels", [2, 64])
    let coded: AutoencoderResult = autoencoder(pixels, widths: [16, 4], in: scope("autoencoder"))
    let varied: VariationalResult = variationalAutoencoder(pixels, widths: [16], code: 3, in: scope("variational"))
    checks.expect(coded.code.shape == [2, 4] && varied.code.shape == [2, 3], "autoencoders")
    try graph.validate()
    try checkGame(&checks)
    let rows = Digits.load().training.selecting(rows: Array(0..<40))
    var seen = 0
    let ahead: Prefetched<LabelledImages, Never> = rows.batches(of: 16).prefetched(2)
    let batches: Prefetched<LabelledImages, Never>.Iterator = ahead.makeIterator()
    while let batch = batches.next() { seen += batch.rowCount }
    checks.expect(seen == 40, "batches made ahead")
    var plateau = try ReduceOnPlateau(rate: 0.1, patience: 1)
    checks.expect(plateau.observe(1) == 0.1, "plateaus")
  }

  private static func checkGame(_ checks: inout Checks) throws(TapestryError) {
    let (real, noise) = (Input("real", [nil, 4]), Input("noise", [nil, 2]))
    let program = Program.traced { t in
      let (g, d) = (t.scope("generator"), t.scope("discriminator"))
      let losses: AdversarialLosses = t.minimizeInTurn(
        AdversarialGame.crossEntropy, real: t[real], fake: dense(t[noise], 4, in: g), generator: g, discriminator: d
      ) { dense($0, 1, in: d) }
      t.report(Output("generator"), losses.generator)
    }
    let feeds: Feeds = [real: NDArray(zeros: [3, 4]), noise: NDArray(zeros: [3, 2])]
    var state = try program.initialState(seed: 1, feeds: feeds)
    let loss = try program.run(&state, feeds).scalar(Output("generator"))
    checks.expect(loss > 0, "a game of two: \(loss)")
  }
}
