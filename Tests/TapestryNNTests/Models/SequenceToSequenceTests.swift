import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct SequenceToSequenceTests {
  private let source = Input("source", [2, 3], .int32)
  private let given = Input("given", [2, nil], .int32)
  private let mask = Input("mask", [2, 3], .bool)

  /// Decoding is a scan around the decoder; by hand it is the taught model, asked again for each token.
  @Test func greedyDecodingIsTheTaughtModelAskedStepByStep() throws {
    let taught = Program.traced { [source, given, mask] t in
      t.report(
        Output("logits"),
        sequenceToSequence(
          t[source], t[given], vocabulary: 5, targets: 6, embedding: 4, units: 3, in: t.scope("translator"),
          mask: t[mask]))
    }
    let decoding = Program.traced { [source, mask] t in
      t.report(
        Output("tokens"),
        greedySequence(
          t[source], steps: 5, start: 1, vocabulary: 5, targets: 6, embedding: 4, units: 3, in: t.scope("translator"),
          mask: t[mask]))
    }
    var state = try taught.initialState(seed: 1)
    for path in state.paths {
      guard let value = state[path] else { continue }
      let stream = RandomStream(seed: 2, name: path)
      state[path] = NDArray(value.shape, .float32) { 6 * stream.uniform(at: $0) - 3 }
    }
    let sentence = try NDArray([0, 3, 4, 2, 1, 0] as [Int32], shape: [2, 3])
    let counted = try NDArray([true, true, true, true, true, false], shape: [2, 3])
    var rows: [[Int32]] = [[1], [1]]
    for step in 0..<5 {
      let target = try NDArray(rows.flatMap { $0 }, shape: [2, step + 1])
      let logits = try taught.evaluate(state, [source: sentence, given: target, mask: counted])
        .array(Output("logits")).doubles
      for row in 0..<2 {
        let start = (row * (step + 1) + step) * 6
        rows[row].append(Int32((0..<6).max { logits[start + $0] < logits[start + $1] } ?? 0))
      }
    }
    let found = try decoding.evaluate(state, [source: sentence, mask: counted]).array(Output("tokens"))
    #expect(found.shape == [2, 5])
    let expected: [Double] = rows.flatMap { row in row.dropFirst().map { Double($0) } }
    #expect(found.doubles == expected)
    #expect(Set(found.doubles).count > 1)
  }

  /// Reversing two tokens takes attention or memory; both halves must have learned.
  @Test func itLearnsToReverse() throws {
    let wanted = Input("wanted", [nil, 2], .int32)
    let (pairs, before) = (Input("pairs", [nil, 2], .int32), Input("before", [nil, 2], .int32))
    let training = Program.traced { t in
      let logits = sequenceToSequence(
        t[pairs], t[before], vocabulary: 4, targets: 5, embedding: 8, units: 16, in: t.scope("m"))
      let cost = softmaxCrossEntropy(logits, t[wanted])
      t.report(Output("loss"), cost)
      t.minimize(cost, with: .adam(learningRate: 0.03))
    }
    let decoding = Program.traced { t in
      t.report(
        Output("tokens"),
        greedySequence(
          t[pairs], steps: 2, start: 4, vocabulary: 4, targets: 5, embedding: 8, units: 16, in: t.scope("m")))
    }
    let all: [(Int32, Int32)] = (0..<16).map { ($0 / 4, $0 % 4) }
    let sources = try NDArray(all.flatMap { [$0.0, $0.1] }, shape: [16, 2])
    let reversed = try NDArray(all.flatMap { [$0.1, $0.0] }, shape: [16, 2])
    let shifted = try NDArray(all.flatMap { [4, $0.1] }, shape: [16, 2])
    var state = try training.initialState(seed: 1)
    for _ in 0..<150 { _ = try training.run(&state, [pairs: sources, before: shifted, wanted: reversed]) }
    #expect(try decoding.evaluate(state, [pairs: sources]).array(Output("tokens")) == reversed)
  }
}
