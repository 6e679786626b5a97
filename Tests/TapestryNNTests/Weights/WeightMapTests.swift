import TapestryCompiler
import TapestryCore
import TapestryNN
import Testing

@Suite struct WeightMapTests {
  private let state = ModelState([
    "mlp/hidden/weight": NDArray(zeros: [3, 2]), "mlp/hidden/bias": NDArray(zeros: [2]),
    "mlp/hidden/weight/adam/m": NDArray(zeros: [3, 2]), "optimizer/step": NDArray(Int32(3)),
    "part/optimizer/rate": NDArray(Float(1)), "random/key": NDArray([1, 2] as [Int32]),
  ])
  private let bias = NDArray([7, 8] as [Float])

  private func weight() throws -> NDArray { try NDArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]) }

  @Test func namedArraysBecomeParametersAndTheRestStays() throws {
    var loaded = state
    try loaded.load(
      from: ModelState(["fc1.weight": weight(), "fc1.bias": bias, "head.weight": bias, "head": bias]),
      through: [.dense("fc1", as: "mlp/hidden"), .unused("head")])
    #expect(loaded["mlp/hidden/weight"] == (try NDArray([1, 4, 2, 5, 3, 6] as [Float], shape: [3, 2])))
    #expect(loaded["mlp/hidden/bias"] == bias)
    for path in state.paths where !["mlp/hidden/weight", "mlp/hidden/bias"].contains(path) {
      #expect(loaded[path] == state[path])
    }
  }

  @Test func oneScopeIsLoadedAlone() throws {
    var loaded = state
    loaded["other/weight"] = bias
    try loaded.load(
      from: ModelState(["fc1.weight": weight(), "fc1.bias": bias]), through: .dense("fc1", as: "mlp/hidden"),
      into: "mlp")
    #expect(loaded["mlp/hidden/bias"] == bias)
    #expect(throws: TapestryError.self) {
      try loaded.load(
        from: ModelState(["fc1.weight": weight(), "fc1.bias": bias]), through: .dense("fc1", as: "mlp/hidden"))
    }
  }

  @Test func allThatDoesNotFitIsListedAndNothingIsLoaded() throws {
    var loaded = state
    loaded["mlp/logits/weight"] = bias
    let before = loaded
    let error = #expect(throws: TapestryError.self) {
      try loaded.load(
        from: ModelState(["fc1.weigth": weight(), "fc1.bias": NDArray(zeros: [3]), "fc2.weight": bias]),
        through: [
          .dense("fc1", as: "mlp/hidden"), WeightMap("fc2.weight", as: "mlp/logit/weight", .transposed),
        ])
    }
    #expect(error?.code == .invalidState)
    #expect(
      error.map { "\($0)" } == """
        the weights do not fit; correct the map, or name the paths to load
          weights: 'fc1.weight' is missing; did you mean 'fc1.weigth', which is unexpected?
          weights: 'fc1.weigth' is unexpected; did you mean 'fc1.weight', which is missing?
          map: 'mlp/logits/weight' is missing; did you mean 'mlp/logit/weight', which is unexpected?
          map: 'mlp/logit/weight' is unexpected; did you mean 'mlp/logits/weight', which is missing?
          'mlp/hidden/bias' of 'fc1.bias' is float32[3], the state wants float32[2]
          'mlp/logit/weight' of 'fc2.weight' cannot be made: expected one matrix, found float32[2]
        """)
    #expect(loaded == before)
  }

  @Test func aParameterIsMadeOnce() throws {
    var loaded = state
    let error = #expect(throws: TapestryError.self) {
      try loaded.load(
        from: ModelState(["fc1.weight": weight(), "fc1.bias": bias]),
        through: [.dense("fc1", as: "mlp/hidden"), WeightMap("fc1.bias", as: "mlp/hidden/bias")])
    }
    #expect(error?.notes == ["'mlp/hidden/bias' is made twice"])
  }

  @Test func transformsMoveElements() throws {
    func made(_ transform: WeightTransform, _ arrays: [NDArray], _ shape: Shape = [1]) throws -> NDArray? {
      var state = ModelState(["to": NDArray(zeros: shape)])
      let names = arrays.indices.map { "from\($0)" }
      let weights = ModelState(Dictionary(uniqueKeysWithValues: zip(names, arrays)))
      try state.load(from: weights, through: WeightMap(names, as: "to", transform))
      return state["to"]
    }
    func ramp(_ shape: Shape) throws -> NDArray { try NDArray((0..<shape.count).map { Float($0) }, shape: shape) }
    let filters = try #require(try made(.convolution, [ramp([4, 3, 2, 2])], [2, 2, 3, 4]))
    // Place (a, b) of channel c of filter o stands at ((o 3 + c) 2 + a) 2 + b.
    #expect(filters.double(at: ((1 * 2 + 0) * 3 + 2) * 4 + 3) == Double(((3 * 3 + 2) * 2 + 1) * 2 + 0))
    let flattened = try #require(try made(.flattened([2, 3, 2]), [ramp([2, 12])], [12, 2]))
    // Row a, column b and channel c of output o stands at o 12 + (c 2 + a) 3 + b.
    #expect(flattened.double(at: ((1 * 3 + 2) * 2 + 1) * 2 + 1) == Double(12 + (1 * 2 + 1) * 3 + 2))
    #expect(try made(.sum, [bias, bias], [2]) == NDArray([14, 16] as [Float]))
    #expect(try made(.part(1, of: 2), [weight()], [1, 3]) == NDArray([4, 5, 6] as [Float], shape: [1, 3]))
    #expect(throws: TapestryError.self) { try made(.sum, [bias, NDArray(zeros: [3])]) }
    #expect(throws: TapestryError.self) { try made(.flattened([2, 3, 3]), [ramp([2, 12])]) }
    #expect(throws: TapestryError.self) { try made(.part(0, of: 0), [bias]) }
    #expect(throws: TapestryError.self) { try made(.part(0, of: 3), [bias]) }
    struct Refusal: Error {}
    #expect(throws: TapestryError.self) { try made(WeightTransform { _ in throw Refusal() }, [bias]) }
  }
}
