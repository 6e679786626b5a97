import TapestryCore
public import TapestryGraph

/// A recurrent layer with a memory that gates write, keep and read.
///
///     i = sigmoid(x Wxi + h Whi + bi)      f = sigmoid(x Wxf + h Whf + bf)      candidate = tanh(x Wxc + h Whc + bc)
///     C = f C + i candidate                o = sigmoid(x Wxo + h Who + bo)      h = o tanh(C)
///
/// (S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997; F. Gers et al., Learning to Forget, 2000.)
/// Parameters of each layer and direction, at `layer0/forward`, `layer0/backward` and so on in the scope, with the gates
/// i, f, candidate, o side by side: `input` [features, 4 units], `state` [units, 4 units], `bias` [4 units]. That is
/// PyTorch's order; its matrices are transposed, and of its two biases only the sum counts.
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
public func lstm(
  _ x: Tensor, _ units: Int, in scope: Scope, layers: Int = 1, bidirectional: Bool = false,
  initial: RecurrentStates? = nil, mask: Tensor? = nil, output: RecurrentOutput = .allSteps,
  weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
  line: UInt = #line
) -> RecurrentResult {
  let settings = RecurrenceSettings(
    units: units, layers: layers, isBidirectional: bidirectional, initial: initial, mask: mask, output: output,
    weights: weights, biases: biases)
  return x.graph.located(file, line) { recurrence(x, .lstm, in: scope, settings, SourcePlace(file, line)) }
}
