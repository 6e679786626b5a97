import TapestryCore
public import TapestryGraph

/// A generator of sequences: an LSTM that reads new noise at each step, and a dense layer over its hidden states.
///
/// An image is a sequence of its rows. Parameters are those of ``lstm`` at `lstm` and of the
/// dense layer `output` of the scope.
///
/// - Parameters:
///   - noise: [batch, steps, features], float.
///   - outputs: how many numbers each step makes.
///   - units: the extent of the hidden state.
///   - layers: how many layers of LSTM follow one another.
///   - scope: where the parameters live; the same scope shares them.
/// - Returns: [batch, steps, outputs], after a tanh.
public func lstmGenerator(
  _ noise: Tensor, outputs: Int, units: Int = 128, layers: Int = 1, in scope: Scope, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  noise.graph.located(file, line) {
    let hidden = lstm(noise, units, in: scope("lstm"), layers: layers).output
    return tanh(dense(hidden, outputs, in: scope("output")))
  }
}
