import TapestryCore
public import TapestryGraph

/// A recurrent layer of units that see the step before: `h = tanh(x Wx + h Wh + b)`.
///
/// (J. Elman, Finding Structure in Time, 1990.) Parameters of each layer and direction, at `layer0/forward`,
/// `layer0/backward` and so on in the scope: `input` [features, units], `state` [units, units], `bias` [units]. PyTorch
/// has two biases, of which only the sum counts.
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
public func simpleRNN(
  _ x: Tensor, _ units: Int, in scope: Scope, layers: Int = 1, bidirectional: Bool = false,
  initial: RecurrentStates? = nil, mask: Tensor? = nil, output: RecurrentOutput = .allSteps,
  weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
  line: UInt = #line
) -> RecurrentResult {
  let settings = RecurrenceSettings(
    units: units, layers: layers, isBidirectional: bidirectional, initial: initial, mask: mask, output: output,
    weights: weights, biases: biases)
  return x.graph.located(file, line) { recurrence(x, .simple, in: scope, settings, SourcePlace(file, line)) }
}
