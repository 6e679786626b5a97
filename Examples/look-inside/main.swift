import Tapestry

// What a trained network looks at, asked in four ways. All of them are gradients: of a score, not of a loss, and in the
// image, not in the weights.
//
//     swift run -c release look-inside

let notebook = Notebook(
  "look-inside", "Looks into a trained classifier of digits: what does it look at?", epochs: 25, quickEpochs: 3,
  options: [.resume], sources: embeddedSources)
let options = notebook.options
let digits = Digits.load()
let test = digits.heldOut

let state = notebook.cell(
  "The network",
  """
  Two convolutions and two dense layers, trained on images of digits, 8 by 8 pixels. `maps` are what the last \
  convolution gives: 24 small pictures, 4 by 4, that still know where in the image something was.
  """
) {
  let trainer = Trainer(training, loss: Model.loss, metrics: [.mean(Model.hits)]) { (batch: LabelledImages) in
    [Model.images: batch.grids, Model.labels: batch.labels]
  }
  var state = try training.initialState(seed: options.seed)
  let history = try notebook.fit(trainer, &state, digits.training, as: "classifier")
  notebook.show(try history.table(of: ["loss", "accuracy"]))
  let batch = digits.training.selecting(rows: Array(0..<32))
  try notebook.writeStages(of: training, for: [Model.images: batch.grids, Model.labels: batch.labels])
  try notebook.write("loss.csv", columns: [("loss", history["loss"])])
  return state
}

/// The first held-out image of each digit.
let rows = (0..<10).map { digit in test.labels.doubles.firstIndex(of: Double(digit)) ?? 0 }
let shown = test.selecting(rows: rows)
let names = (0..<10).map(String.init)

notebook.cell(
  "Saliency",
  """
  The slope of a digit's score in each pixel: where would a little more ink change the score most? (K. Simonyan et al., \
  2013.) It takes one run of a program that reports a gradient.

  A slope is a local thing. It says how the score would move, not what it is made of.
  """
) {
  let out = try looking.evaluate(state, [Model.images: shown.grids, Model.labels: shown.labels])
  notebook.show(try ImageGrid("Ten digits", shown.grids, of: [8, 8, 1], columns: 10, captions: names))
  let slopes = Pixels(try out.array(Model.slopes)).magnitudes
  notebook.show(try ImageGrid("How much the score depends on each pixel", slopes.array, of: [8, 8, 1], columns: 10))
}

/// Slopes averaged on the way from black to the image, times the image (M. Sundararajan et al., 2017).
func integratedGradients(_ images: LabelledImages, steps: Int) throws -> Pixels {
  let pixels = Pixels(images.grids)
  var sums = pixels.rows.map { $0.map { _ in 0.0 } }
  for step in 0..<steps {
    let part = (Double(step) + 0.5) / Double(steps)
    let dimmed = try Pixels(rows: pixels.rows.map { $0.map { $0 * part } }).array
    let out = try looking.evaluate(state, [Model.images: dimmed, Model.labels: images.labels])
    for (row, slopes) in Pixels(try out.array(Model.slopes)).rows.enumerated() {
      for place in slopes.indices { sums[row][place] += slopes[place] / Double(steps) }
    }
  }
  return Pixels(rows: zip(sums, pixels.rows).map { zip($0, $1).map { $0 * $1 } })
}

let gap = notebook.cell(
  "Integrated gradients",
  """
  Let the image fade in from black and add up the slopes on the way. Times the pixel, that is the pixel's share of the \
  score, and the shares of all pixels add up to the score less that of a black image. That is a theorem, so it is also a \
  test: the sum below is off only because the way has \(options.isQuick ? 16 : 64) steps and not infinitely many.
  """
) {
  let shares = try integratedGradients(shown, steps: options.isQuick ? 16 : 64)
  notebook.show(try ImageGrid("Each pixel's share", shares.magnitudes.array, of: [8, 8, 1], columns: 10))
  let black = NDArray(zeros: [10, 8, 8, 1])
  let full = try looking.evaluate(state, [Model.images: shown.grids, Model.labels: shown.labels])
  let none = try looking.evaluate(state, [Model.images: black, Model.labels: shown.labels])
  let (top, bottom) = (try full.array(Model.scores).doubles, try none.array(Model.scores).doubles)
  var table = TextTable([.left("digit"), .right("score"), .right("of black"), .right("sum of shares")])
  var (missed, all) = (0.0, 0.0)
  for digit in 0..<10 {
    let sum = shares.rows[digit].reduce(0, +)
    table.add(digit, decimal(top[digit], 3), decimal(bottom[digit], 3), decimal(sum, 3))
    missed += abs(sum - (top[digit] - bottom[digit]))
    all += abs(top[digit] - bottom[digit])
  }
  notebook.show(table)
  return missed / all
}

notebook.cell(
  "Grad-CAM",
  """
  The same question at the last convolution: each of its maps is weighted by the mean slope of the score in it, and the \
  weighted maps are added up. What is left is a coarse picture of where the network found what it was looking for.
  """
) {
  let out = try looking.evaluate(state, [Model.images: shown.grids, Model.labels: shown.labels])
  let maps = Pixels(try out.array(Model.maps)).magnitudes.doubled
  notebook.show(try ImageGrid("Where the evidence is", maps.array, of: [8, 8, 1], columns: 10, captions: names))
}

let confidence = notebook.cell(
  "What a class looks like",
  """
  Now the weights stand still and the image is trained. It is a variable like any other, in a scope of its own, and \
  `minimize(over:)` moves that scope alone; the classifier's parameters come from the trained state by their paths. A \
  little cost on ink keeps the pictures plain.

  They are what this network would most like to see, and only roughly what we would draw.
  """
) {
  let classes: Feeds = [Model.labels: NDArray((0..<10).map { Int32($0) })]
  var dream = try dreaming.initialState(seed: options.seed, feeds: classes)
  for path in dream.paths { if let trained = state[path], path.hasPrefix("cnn/") { dream[path] = trained } }
  _ = try notebook.train(&dream, steps: options.isQuick ? 60 : 300, as: "dreaming") { dream, _ in
    ["loss": try dreaming.run(&dream, classes).scalar(Model.loss)]
  }
  let out = try dreaming.evaluate(dream, classes)
  let canvas = try out.array(Model.canvas)
  notebook.show(try ImageGrid("What each class likes most", canvas, of: [8, 8, 1], columns: 10, captions: names))
  return try out.scalar(Model.loss)
}

notebook.cell(
  "Does it matter?",
  """
  A picture of importance is easy to make and hard to trust, so it is tested: the eight pixels with the greatest share are \
  made black in every held-out image, and for comparison eight others among those that hold ink, drawn at random. If the \
  shares say what matters, the first must hurt far more.
  """
) {
  let pixels = Pixels(test.grids)
  let shares = try integratedGradients(test, steps: 16)
  let stream = RandomStream(seed: options.seed, name: "look-inside")
  let drawn = Pixels(
    rows: pixels.rows.enumerated().map { row, values in
      values.enumerated().map { $1 > 0 ? stream.uniform(at: row * 64 + $0) : 0 }
    })
  func accuracy(_ images: NDArray) throws -> Double {
    try training.evaluate(state, [Model.images: images, Model.labels: test.labels]).scalar(Model.hits)
  }
  notebook.show("integrated gradients off by \(decimal(100 * gap, 2)) percent of the score")
  notebook.show("cross-entropy of the dreamt images \(decimal(confidence, 4))")
  notebook.show("test accuracy \(decimal(try accuracy(test.grids), 4))")
  notebook.show("without 8 pixels at random \(decimal(try accuracy(pixels.blanked(drawn.greatest(8)).array), 4))")
  notebook.show("without the 8 that matter \(decimal(try accuracy(pixels.blanked(shares.greatest(8)).array), 4))")
}
notebook.finish()
