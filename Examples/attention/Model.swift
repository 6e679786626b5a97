import Tapestry

/// What the programs of the notebook take and report.
nonisolated enum Sequences {
  /// Tokens are the digits 0 to 9.
  static let vocabulary = 10
  static let tokens = Input("tokens", [nil, nil], .int32)
  static let targets = Input("targets", [nil, nil], .int32)
  static let loss = Output("loss")
  static let hits = Output("accuracy")
  static let found = Output("found")
  /// The weights of each block: [batch, heads, places, places].
  static func weights(of block: Int) -> Output { Output("weights \(block)") }

  /// Rows of random digits, the same for the same seed.
  static func rows(_ count: Int, length: Int, seed: Int) -> [[Int32]] {
    let stream = RandomStream(seed: seed, name: "sequences")
    return (0..<count).map { row in
      (0..<length).map { Int32(stream.uniform(at: row * length + $0) * Double(vocabulary)) }
    }
  }

  /// What a run is fed: the rows, and what is wanted for each.
  static func feeds(_ rows: [[Int32]], wanting answer: ([Int32]) -> [Int32]) throws -> Feeds {
    let shape: Shape = [rows.count, rows[0].count]
    return try [
      tokens: NDArray(rows.flatMap { $0 }, shape: shape), targets: NDArray(rows.flatMap(answer), shape: shape),
    ]
  }
}

/// Attention of a sequence to itself, written out so that its weights can be seen.
///
/// Each place asks a question (query), offers a label (key) and a content (value), all dense layers of its vector. How
/// well a label fits a question, as a softmax over all places, is the share of the content that is fetched.
nonisolated func attention(_ x: Tensor, heads: Int, in scope: Scope) -> (output: Tensor, weights: Tensor) {
  let units = x.extent(-1)
  func project(_ name: String) -> Tensor {
    dense(x, units, in: scope(name)).reshape([x.extent(0), x.extent(1), heads, units / heads]).transpose([0, 2, 1, 3])
  }
  let scores = matmul(project("query"), project("key").transpose())
  let weights = softmax(scores * (1 / Double(units / heads).squareRoot()))
  let fetched = matmul(weights, project("value")).transpose([0, 2, 1, 3]).reshape(x.shape)
  return (dense(fetched, units, in: scope("output")), weights)
}

/// Blocks of attention and dense layers, each added to the sequence, and the logits of a digit at each place.
nonisolated func transformer(
  _ tokens: Tensor, blocks: Int, heads: Int, features: Int, in scope: Scope
) -> (logits: Tensor, weights: [Tensor]) {
  let vectors = embedding(tokens, of: Sequences.vocabulary, features, in: scope("digits"))
  var x = learnedPositions(vectors, of: 32, in: scope, weights: .normal(deviation: 0.3))
  var weights: [Tensor] = []
  for block in 0..<blocks {
    let part = scope("block\(block)")
    let seen = attention(layerNormalization(x, in: part("attentionNorm")), heads: heads, in: part("attention"))
    x = x + seen.output
    let hidden = gelu(dense(layerNormalization(x, in: part("hiddenNorm")), 4 * features, in: part("hidden")))
    x = x + dense(hidden, features, in: part("output"))
    weights.append(seen.weights)
  }
  return (dense(layerNormalization(x, in: scope("norm")), Sequences.vocabulary, in: scope("logits")), weights)
}
