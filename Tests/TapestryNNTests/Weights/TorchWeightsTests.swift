import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryGraph
import TapestryNN
import Testing

@Suite struct TorchWeightsTests {
  @Test(arguments: TorchWeights.allCases, [DType.float32, .float64])
  func logitsAreThoseOfPyTorch(model: TorchWeights, dtype: DType) throws {
    let sample = try model.sample(dtype)
    let (given, wanted) = (try #require(sample["x"]), try #require(sample["logits"]))
    let (x, logits) = (Input("x", given.shape.extents, given.dtype), Output("logits"))
    let program = model.program(x, dtype, logits)
    var state = try program.initialState(seed: 1, feeds: [x: given])
    let start = state
    try state.load(from: model.weights(dtype), through: model.map)
    let found = try program.evaluate(state, [x: given]).array(logits)
    let reference = ReferenceArray(kind: "float", shape: wanted.shape.extents, values: wanted.doubles)
    #expect(reference.error(of: found) <= (dtype == .float64 ? 1e-9 : 1e-4))
    #expect(try reference.error(of: program.evaluate(start, [x: given]).array(logits)) > 0.1)
    // What Adam keeps is no weight and was not touched.
    #expect(state.paths == start.paths && state.paths.contains("optimizer/step"))
    for path in state.paths where path.hasSuffix("/adam/m") { #expect(state[path] == start[path]) }
  }

  @Test func halfPrecisionBecomesFloat32() throws {
    let state = try ModelState(contentsOf: TorchWeights.path("half.safetensors"))
    #expect(state["half"]?.count == 11 && state["half"] == state["half wide"])
    #expect(state["brain"]?.count == 11 && state["brain"] == state["brain wide"])
  }

  @Test func aFileOfNumPyHoldsTheSameWeights() throws {
    let weights = try ModelState(contentsOf: TorchWeights.path("weights.npz"))
    #expect(try weights == TorchWeights.mlp.weights(.float64))
  }

  @Test func aFileOfTorchSaveIsRefusedWithTheWayOut() {
    let error = #expect(throws: TapestryError.self) {
      try ModelState(contentsOf: TorchWeights.path("weights.pt"))
    }
    #expect(
      error?.message.hasSuffix("weights.pt' is no state file but one of `torch.save`, which holds Python code") == true)
    #expect(
      error?.remedy
        == "write it in PyTorch with `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`")
    let renamed = #expect(throws: TapestryError.self) { try NPZ.read(path: TorchWeights.path("weights.pt")) }
    #expect(renamed?.remedy == error?.remedy, "\(renamed?.message ?? "")")
  }
}
