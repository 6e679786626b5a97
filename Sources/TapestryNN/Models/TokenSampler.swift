public import TapestryCompiler
public import TapestryCore
public import TapestryGraph

// A sampler is a program of its own that shares the parameters with the training program by their paths. One run takes
// one token and gives the next; what a model carries from token to token is state of the program, beside the parameters
// in a copy of the caller's state, under `sampler`:
//
//     a recurrent model    its hidden and cell states, so a run costs one step however long the text is
//     a model of contexts  the tokens of the window and how many there are; once full it moves on by one token
//
// The draw is part of the graph too, and takes its numbers from the seed and a step that each run raises.

/// Draws sequences of tokens from a language model, one token at a time.
///
/// ```swift
/// let sampler = TokenSampler(recurrent: { t, tokens, states in
///   recurrentLanguageModel(tokens, vocabulary: 65, initial: states, in: t.scope("model"))
/// })
/// let text = try sampler.sample(500, after: prompt, from: state, temperature: 0.8, seed: 1)
/// ```
public struct TokenSampler: Sendable {
  private static let scope = "sampler"
  private static let token = Input("token", [1], .int32)
  private static let temperature = Input("temperature", [])
  private static let next = Output("next")
  private let program: Program

  /// A sampler of a recurrent model.
  ///
  /// - Parameter model: from tokens, int32 [1, 1], and the states to start from, the logits [1, 1, vocabulary] of the
  ///   next token and the states after it. The tracing is what its parameters are declared in, by the scopes the
  ///   training program uses. It must not drop anything.
  public init(recurrent model: @escaping @Sendable (Tracing, Tensor, RecurrentStates?) -> LanguageModelResult) {
    program = Program.traced { t in
      let own = t.scope(TokenSampler.scope)
      let token = t[TokenSampler.token].reshape([1, 1])
      // Traced once without states, for the shapes they have; nothing of it is computed.
      let shapes = model(t, token, nil).states
      guard !shapes.hidden.isPoisoned else { return }
      let carried = RecurrentStates(
        hidden: own.state("hidden", shapes.hidden.shape, dtype: shapes.hidden.dtype),
        cell: shapes.cell.map { own.state("cell", $0.shape, dtype: $0.dtype) })
      let result = model(t, token, carried)
      own.assign("hidden", result.states.hidden)
      if let cell = result.states.cell { own.assign("cell", cell) }
      TokenSampler.draw(t, result.logits, own)
    }
  }

  /// A sampler of a model that sees a window of tokens at once, such as a transformer.
  ///
  /// - Parameters:
  ///   - context: the most tokens it sees.
  ///   - model: from tokens, int32 [1, context], the logits [1, context, vocabulary] of each next token, which must not
  ///     depend on later tokens. It must not drop anything.
  public init(context: Int, _ model: @escaping @Sendable (Tracing, Tensor) -> Tensor) {
    program = Program.traced { t in
      let own = t.scope(TokenSampler.scope)
      let token = t[TokenSampler.token]
      let (window, place) = (own.state("window", [context], dtype: .int32), own.state("place", [], dtype: .int32))
      let moved = concatenate([slice(window, axis: 0, 1..<context), token], axis: 0)
      let added = select(t.graph.iota([context]) .== place, token.broadcast(to: [context]), window)
      let seen = select(place .< context, added, moved)
      own.assign("window", seen)
      own.assign("place", minimum(place + 1, context))
      let logits = model(t, seen.reshape([1, context]))
      guard logits.rank == 3 else { return TokenSampler.draw(t, logits, own) }
      let last = minimum(place, context - 1).reshape([1])
      TokenSampler.draw(t, gather(logits.reshape([context, logits.extent(-1)]), last), own)
    }
  }

  /// Draws tokens that follow a prompt.
  ///
  /// The same state, prompt, temperature and seed give the same tokens.
  ///
  /// - Parameters:
  ///   - count: how many tokens to draw.
  ///   - prompt: the tokens before, at least one.
  ///   - state: the parameters, as a training program left them; it is only read.
  ///   - temperature: 1 draws with the model's probabilities, less makes likely tokens likelier, 0 takes the likeliest.
  ///   - seed: tells draws apart.
  /// - Returns: the tokens drawn, without the prompt.
  /// - Throws: `usage` for an empty prompt, a negative count or temperature; `indexOutOfRange` for a token outside the
  ///   vocabulary; what a program throws for a state without the model's parameters.
  public func sample(
    _ count: Int, after prompt: [Int], from state: ModelState, temperature: Double = 1, seed: Int = 0
  ) throws(TapestryError) -> [Int] {
    guard let first = prompt.first, count >= 0, temperature >= 0, temperature.isFinite else {
      throw TapestryError(
        .usage, "\(count) tokens after a prompt of \(prompt.count) at temperature \(temperature) cannot be drawn",
        remedy: "give a prompt of at least one token, and a count and a finite temperature of 0 or more")
    }
    if let large = prompt.first(where: { Int32(exactly: $0) == nil }) {
      throw TapestryError(.indexOutOfRange, "token \(large) is none", remedy: "give tokens of the vocabulary")
    }
    var copy = state
    let start = try program.initialState(seed: seed)
    for path in start.paths where path.hasPrefix(TokenSampler.scope + "/") || path == Graph.randomKeyPath {
      copy[path] = start[path]
    }
    let degrees = NDArray(Float(temperature))
    var (results, token, drawn) = (Results(), first, [Int]())
    for step in 0..<Swift.max(prompt.count + count - 1, 0) where count > 0 {
      let feeds: Feeds = [
        TokenSampler.token: NDArray([Int32(token)]), TokenSampler.temperature: degrees,
      ]
      try program.run(&copy, feeds, into: &results)
      let next = Int(try results.scalar(TokenSampler.next))
      let isPrompt = step + 1 < prompt.count
      token = isPrompt ? prompt[step + 1] : next
      if !isPrompt { drawn.append(next) }
    }
    return drawn
  }

  /// Reports a token drawn by logits of one row.
  private static func draw(_ t: Tracing, _ logits: Tensor, _ own: Scope) {
    if logits.isPoisoned { return }
    let row = logits.reshape([1, logits.extent(-1)])
    let degrees = cast(t[temperature], to: row.dtype)
    t.report(next, drawCategorical(row, temperature: degrees, from: own))
  }
}
