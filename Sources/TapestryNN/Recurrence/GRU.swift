import TapestryCore
public import TapestryGraph

/// A recurrent layer whose gates choose between its state and a candidate.
///
///     r = sigmoid(x Wxr + h Whr + br)      candidate = tanh(x Wxn + bn + r (h Whn + candidateBias))
///     z = sigmoid(x Wxz + h Whz + bz)      h = (1 - z) candidate + z h
///
/// (K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014, with the reset gate after the
/// product, as in PyTorch and in Keras's `reset_after`.) Parameters of each layer and direction, at `layer0/forward`,
/// `layer0/backward` and so on in the scope, with the gates r, z, candidate side by side: `input` [features, 3 units],
/// `state` [units, 3 units], `bias` [3 units], `candidateBias` [units]. That is PyTorch's order (Keras has z first); its
/// matrices are transposed, and of its two biases of r and z only the sum counts.
///
/// - Parameters:
///   - x: [batch, steps, features], float.
///   - units: the extent of the hidden state.
///   - scope: where the parameters live; the same scope shares them.
///   - layers: how many layers follow one another, each over the outputs of the one before.
///   - bidirectional: whether each layer also runs from the last step to the first; its outputs follow the others.
///   - initial: the states to start from; zeros by default.
///   - mask: bool [batch, steps], true where a step counts; the true ones of an example come first.
///   - output: every step or the last.
///   - weights: how the matrices start.
///   - biases: how the biases start.
/// - Returns: the output and the last states. What does not fit is a diagnostic.
public func gru(
  _ x: Tensor, _ units: Int, in scope: Scope, layers: Int = 1, bidirectional: Bool = false,
  initial: RecurrentStates? = nil, mask: Tensor? = nil, output: RecurrentOutput = .allSteps,
  weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
  line: UInt = #line
) -> RecurrentResult {
  let settings = RecurrenceSettings(
    units: units, layers: layers, isBidirectional: bidirectional, initial: initial, mask: mask, output: output,
    weights: weights, biases: biases)
  return x.graph.located(file, line) { recurrence(x, .gru, in: scope, settings, SourcePlace(file, line)) }
}
