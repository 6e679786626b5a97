import TapestryCore
public import TapestryGraph

/// Which recurrent layer a model is built of.
public enum RecurrentKind: String, CaseIterable, Hashable, Sendable {
  /// ``simpleRNN(_:_:in:layers:bidirectional:initial:mask:output:weights:biases:file:line:)``.
  case simple
  /// ``lstm(_:_:in:layers:bidirectional:initial:mask:output:weights:biases:file:line:)``.
  case lstm
  /// ``gru(_:_:in:layers:bidirectional:initial:mask:output:weights:biases:file:line:)``.
  case gru

  fileprivate var cell: RecurrentCell {
    switch self {
    case .simple: .simple
    case .lstm: .lstm
    case .gru: .gru
    }
  }
}

/// A recurrent layer of a kind chosen by value; for parameters and formulas see ``RecurrentKind``.
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
public func recurrent(
  _ x: Tensor, _ kind: RecurrentKind, _ units: Int, in scope: Scope, layers: Int = 1, bidirectional: Bool = false,
  initial: RecurrentStates? = nil, mask: Tensor? = nil, output: RecurrentOutput = .allSteps,
  weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
  line: UInt = #line
) -> RecurrentResult {
  let settings = RecurrenceSettings(
    units: units, layers: layers, isBidirectional: bidirectional, initial: initial, mask: mask, output: output,
    weights: weights, biases: biases)
  return x.graph.located(file, line) { recurrence(x, kind.cell, in: scope, settings, SourcePlace(file, line)) }
}
