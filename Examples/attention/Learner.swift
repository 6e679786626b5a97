import Tapestry

/// A transformer that learns a task on sequences from fresh random examples.
nonisolated struct Learner {
  let length: Int
  let program: Program
  let answer: @Sendable ([Int32]) -> [Int32]
  private(set) var state: ModelState
  private(set) var losses: [Double] = []

  init(
    length: Int, blocks: Int, heads: Int, features: Int, rate: Double, steps: Int, options: NotebookOptions,
    answer: @escaping @Sendable ([Int32]) -> [Int32]
  ) throws {
    self.length = length
    self.answer = answer
    program = Program.traced(options.programs) { t in
      let (logits, weights) = transformer(
        t[Sequences.tokens], blocks: blocks, heads: heads, features: features, in: t.scope("model"))
      let cost = softmaxCrossEntropy(logits, t[Sequences.targets])
      t.report(Sequences.loss, cost)
      t.report(Sequences.hits, accuracy(logits, t[Sequences.targets]))
      t.report(Sequences.found, argMax(logits))
      for (block, weight) in weights.enumerated() { t.report(Sequences.weights(of: block), weight) }
      t.minimize(
        cost, with: .adam(learningRate: rate).scheduled(.warmUp(steps: steps / 20, then: .cosine(steps: steps))))
    }
    state = try program.initialState(
      seed: options.seed, feeds: try Sequences.feeds([[Int32](repeating: 0, count: length)], wanting: answer))
  }

  /// Steps on 64 new sequences each; the mean loss of every hundred is kept.
  mutating func learn(steps: Int, seed: Int, _ label: String, in notebook: Notebook) throws {
    let measured = try notebook.train(&state, steps: steps, as: label) { [program, length, answer] state, step in
      let rows = Sequences.rows(64, length: length, seed: seed + step + 1)
      return ["loss": try program.run(&state, Sequences.feeds(rows, wanting: answer)).scalar(Sequences.loss)]
    }
    let values = measured["loss"] ?? []
    losses = (0..<values.count / 100).map { values[$0 * 100..<($0 + 1) * 100].reduce(0, +) / 100 }
  }

  /// Which share of digits, and of whole sequences, is right on sequences no training has seen.
  func test(_ count: Int, seed: Int) throws -> (digits: Double, sequences: Double) {
    let rows = Sequences.rows(count, length: length, seed: -1 - seed)
    let out = try program.evaluate(state, Sequences.feeds(rows, wanting: answer))
    let found = try out.array(Sequences.found).values(as: Int32.self)
    let right = rows.indices.count { row in
      Array(found[row * length..<(row + 1) * length]) == answer(rows[row])
    }
    return (try out.scalar(Sequences.hits), Double(right) / Double(count))
  }

  /// What the model makes of one sequence, and the attention of each head of a block.
  func look(at row: [Int32], block: Int) throws -> (found: [Int32], heads: [[[Double]]]) {
    let out = try program.evaluate(state, Sequences.feeds([row], wanting: answer))
    let weights = try out.array(Sequences.weights(of: block))
    let (heads, values) = (weights.shape[1], weights.doubles)
    let maps = (0..<heads).map { head in
      (0..<length).map { query in
        let first = (head * length + query) * length
        return Array(values[first..<first + length])
      }
    }
    return (try out.array(Sequences.found).values(as: Int32.self), maps)
  }
}
