import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Whole models against PyTorch's numbers: `Tests/Scripts/reference_models.py`.
@Suite struct ModelReferenceTests {
  /// Outputs, gradients, and the parameters after 1 and 20 updates.
  @Test(arguments: SmallModel.all) func trainingIsThatOfPyTorchInFloat64(_ model: SmallModel) throws {
    try train(model, .float64, outputs: 1e-9, parameters: [1: 1e-9, 20: 1e-7])
  }

  @Test(arguments: SmallModel.all) func oneUpdateIsThatOfPyTorchInFloat32(_ model: SmallModel) throws {
    try train(model, .float32, outputs: 1e-4, parameters: [1: 1e-4])
  }

  private func train(
    _ model: SmallModel, _ dtype: DType, outputs bound: Double, parameters bounds: [Int: Double]
  ) throws {
    let reference = try ReferenceCase.named(model.name, in: model.family)
    let feeds = try reference.inputs.sorted { $0.key < $1.key }.map { name, array in
      let array = try array.array(dtype)
      return (Input(name, array.shape.extents, array.dtype), array)
    }
    let program = Program.traced { [paths = reference.gradients.keys.sorted()] t in
      let given = Dictionary(uniqueKeysWithValues: feeds.map { ($0.0.name, t[$0.0]) })
      let results = model.build(given, t.scope("model"), dtype)
      for (name, tensor) in results { t.report(Output(name), tensor) }
      guard let loss = results["loss"] else { return }
      let parameters = paths.compactMap { path in
        t.graph.variable("model/" + path).map { Tensor(t.graph, $0.current) }
      }
      guard parameters.count == paths.count else { return }
      for (path, gradient) in zip(paths, gradients(of: loss, in: parameters)) {
        t.report(Output("gradient of " + path), gradient)
      }
      t.minimize(loss, with: model.optimizer)
    }
    var state = try program.initialState(feeds: Feeds(feeds))
    let own = state.paths.filter { path in reference.parameters.keys.contains { path == "model/" + $0 } }
    #expect(own.count == reference.parameters.count, "\(state.paths)")
    for (path, value) in reference.parameters {
      #expect(state["model/" + path]?.shape == Shape(value.shape), "\(path)")
      state["model/" + path] = try value.array(dtype)
    }

    for step in 1...(bounds.keys.max() ?? 1) {
      let results = try program.run(&state, Feeds(feeds))
      if step == 1 {
        for (name, wanted) in reference.outputs {
          #expect(wanted.error(of: try results.array(Output(name))) <= bound, "\(name)")
        }
        for (path, wanted) in reference.gradients {
          let error = wanted.error(of: try results.array(Output("gradient of " + path)))
          #expect(error <= bound, "gradient of \(path)")
        }
      }
      guard let bound = bounds[step] else { continue }
      for (path, gradient) in reference.gradients {
        // Of a gradient that is 0 but for rounding in float32, Adam makes a step of any size up to its rate.
        if dtype == .float32, gradient.values.allSatisfy({ $0 == 0 }) { continue }
        let wanted = try #require(reference.state["\(path) \(step)"])
        #expect(wanted.error(of: try #require(state["model/" + path])) <= bound, "\(path) after step \(step)")
      }
    }
  }
}
