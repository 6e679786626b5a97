import Tapestry

extension Surface {
  /// Plots, charts and images, and what notebooks do with them.
  static func checkPictures(_ checks: inout Checks) throws(TapestryError) {
    let axis = PlotAxis("loss", scale: PlotScale.logarithmic, range: 0.1...10)
    var plot = Plot("Loss", x: "epoch", y: axis)
    plot.addLine("training", y: [3, 2, 1])
    plot.addPoints("one", x: [2], y: [2])
    plot.addHistogram("many", of: [1, 2, 2], bins: 2)
    plot.addContours(of: [[0, 1], [1, 2]], x: 0...3, y: 0.1...10, at: [0.5])
    var chart = BarChart("Accuracy", of: ["a", "b"])
    chart.add("test", [0.5, 0.75])
    let map = HeatMap("Confusion", [[1, 2], [3, 4]], x: "predicted", y: "true")
    let grid = try ImageGrid("Images", NDArray(zeros: [4, 9]), of: [3, 3, 1], columns: 2)
    let drawn: [any Drawable] = [plot, chart, map, grid, Figure(svg: "<svg></svg>", title: "own")]
    checks.expect(drawn.allSatisfy { $0.figure.svg.hasPrefix("<svg") && !$0.figure.title.isEmpty }, "figures")
    let image: PixelImage = grid.image(scale: 2)
    checks.expect(image.width == 13 && image.png.count > 60, "images")
    checks.expect(scientific(1234, 1) == "1.2e+03" && decimal(0.5, 2) == "0.50", "numbers as text")
    let options: [NotebookOption] = [.data("a folder"), .resume, NotebookOption("--text", "FILE", help: "a text")]
    let story = Notebook("pictures", "Shows pictures.", epochs: 1, quickEpochs: 1, options: options)
    story.cell("A cell") {
      story.show(plot)
      story.fold("A listing", "text")
      story.foldSource(of: "Checks.swift")
    }
    // Both would leave files, so neither is called.
    let loop: (inout ModelState) throws -> [String: [Double]] = { state in
      try story.train(&state, steps: 2, savingEvery: 1, as: "a loop", notes: [:]) { _, _ in ["loss": 0] }
    }
    let fitting: (Trainer<LabelledImages>, LabelledImages, inout ModelState) throws -> TrainingHistory = {
      try story.fit($0, &$2, $1, validation: $1, epochs: 1, batchSize: 8, as: "digits")
    }
    checks.expect(type(of: loop) != type(of: fitting), "trainings of notebooks")
    checks.expect(story.options.programs.threads == nil && !story.isInterrupted, "options of notebooks")
    story.endIfInterrupted()
  }
}
