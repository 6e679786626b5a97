import Foundation
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct TokenSamplerTests {
  private static let vocabulary = 5

  private static let recurrent = TokenSampler(recurrent: { t, tokens, states in
    TokenSamplerTests.model(tokens, states, t)
  })

  private static let windowed = TokenSampler(context: 4) { t, tokens in
    transformerLanguageModel(
      tokens, vocabulary: vocabulary, context: 4, features: 4, heads: 2, layers: 1, in: t.scope("model"))
  }

  private static func model(_ tokens: Tensor, _ states: RecurrentStates?, _ t: Tracing) -> LanguageModelResult {
    recurrentLanguageModel(
      tokens, vocabulary: vocabulary, embedding: 3, units: 4, initial: states, in: t.scope("model"))
  }

  private static let tokens = Input("tokens", [1, nil], .int32)

  private static let recurrentLogits = Program.traced { t in
    t.report(Output("logits"), model(t[tokens], nil, t).logits)
  }

  private static let windowedLogits = Program.traced { t in
    t.report(
      Output("logits"),
      transformerLanguageModel(
        t[tokens], vocabulary: vocabulary, context: 4, features: 4, heads: 2, layers: 1, in: t.scope("model")))
  }

  /// Parameters of a model, large enough for it to prefer tokens strongly, without a preference for one of them.
  private func parameters(of program: Program, seed: Int = 1) throws -> ModelState {
    var state = try program.initialState(feeds: [TokenSamplerTests.tokens: NDArray([Int32(0)]).row])
    for path in state.paths where !path.hasSuffix("bias") {
      guard let value = state[path] else { continue }
      let stream = RandomStream(seed: seed, name: path)
      state[path] = NDArray(value.shape, .float32) { 8 * stream.uniform(at: $0) - 4 }
    }
    return state
  }

  /// Twelve tokens after three at temperature 0, against the likeliest by logits of the whole sequence, or of what a
  /// window sees of it.
  private func expectLikeliest(_ sampler: TokenSampler, _ program: Program, window: Int) throws {
    var texts: [[Int]] = []
    for seed in 1...6 {
      let state = try parameters(of: program, seed: seed)
      var text = [2, 0, 4]
      for _ in 0..<12 {
        let seen = NDArray(text.suffix(window).map { Int32($0) })
        let logits = try program.evaluate(state, [TokenSamplerTests.tokens: seen.row]).array(Output("logits")).doubles
        let last = Array(logits.suffix(TokenSamplerTests.vocabulary))
        text.append(last.indices.max { last[$0] < last[$1] } ?? 0)
      }
      texts.append(Array(text.dropFirst(3)))
      #expect(try sampler.sample(12, after: [2, 0, 4], from: state, temperature: 0) == texts.last)
    }
    #expect(texts.contains { Set($0).count > 1 }, "\(texts)")
  }

  @Test func atTemperatureZeroAStepAtATimeIsTheWholeSequence() throws {
    try expectLikeliest(TokenSamplerTests.recurrent, TokenSamplerTests.recurrentLogits, window: .max)
  }

  @Test func aWindowMovesOnWhenItIsFull() throws {
    try expectLikeliest(TokenSamplerTests.windowed, TokenSamplerTests.windowedLogits, window: 4)
  }

  @Test func theSeedAloneTellsDrawsApart() throws {
    let state = try parameters(of: TokenSamplerTests.recurrentLogits)
    let before = state
    let draws = try [1, 1, 2].map {
      try TokenSamplerTests.recurrent.sample(30, after: [1], from: state, temperature: 2, seed: $0)
    }
    #expect(draws[0] == draws[1] && draws[0] != draws[2])
    #expect(draws.joined().allSatisfy { (0..<5).contains($0) } && state == before)
    #expect(try TokenSamplerTests.recurrent.sample(0, after: [1], from: state).isEmpty)
  }

  /// Shares of 20,000 draws against softmax(logits / temperature): five deviations of a share are below 0.018.
  @Test(arguments: [0.5, 1, 2]) func drawsHaveTheProbabilitiesOfTheTemperature(_ temperature: Double) throws {
    let logits = [0.0, 1, -1, 2]
    let program = Program.traced { t in
      let rows = t.graph.constant(NDArray(logits)).broadcast(to: [20000, 4])
      t.report(
        Output("draws"),
        drawCategorical(rows, temperature: rows.graph.constant(NDArray(temperature)), from: t.scope("draw")))
    }
    var state = try program.initialState(seed: 5)
    let draws = try program.run(&state, [:]).array(Output("draws")).doubles
    let powers = logits.map { exp($0 / temperature) }
    for place in logits.indices {
      let share = Double(draws.count { $0 == Double(place) }) / 20000
      #expect(abs(share - powers[place] / powers.reduce(0, +)) < 0.018)
    }
  }

  @Test func wrongUseIsAnErrorBeforeAnythingIsDrawn() throws {
    let state = try parameters(of: TokenSamplerTests.recurrentLogits)
    let sampler = TokenSamplerTests.recurrent
    func code(_ body: () throws -> [Int]) -> TapestryError.Code? {
      do {
        _ = try body()
        return nil
      } catch { return (error as? TapestryError)?.code }
    }
    #expect(code { try sampler.sample(3, after: [], from: state) } == .usage)
    #expect(code { try sampler.sample(-1, after: [0], from: state) } == .usage)
    #expect(code { try sampler.sample(3, after: [0], from: state, temperature: .nan) } == .usage)
    #expect(code { try sampler.sample(3, after: [5], from: state) } == .indexOutOfRange)
    #expect(code { try sampler.sample(3, after: [1 << 40], from: state) } == .indexOutOfRange)
    #expect(code { try sampler.sample(3, after: [0], from: ModelState()) } == .invalidState)
  }
}

extension NDArray {
  /// A vector as a matrix of one row.
  fileprivate var row: NDArray {
    get throws { try reshaped([1, count]) }
  }
}
