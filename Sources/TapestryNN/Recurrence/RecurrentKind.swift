import TapestryCore
public import TapestryGraph

// The recurrent layers differ in what they do at one step, and in nothing a caller says: so they are values of one type
// that is called like a function, and its one `callAsFunction` is the signature of all of them.

/// A recurrent layer: ``simpleRNN``, ``lstm`` or ``gru``, called like any other layer.
///
/// ```swift
/// let states = lstm(sequence, 64, in: scope("encoder"), mask: mask).states
/// let kind = RecurrentKind.gru
/// let last = kind(sequence, 64, in: scope("last"), bidirectional: true, output: .lastStep).output
/// ```
public enum RecurrentKind: String, CaseIterable, Hashable, Sendable {
  /// ``simpleRNN``.
  case simple
  /// ``lstm``.
  case lstm
  /// ``gru``.
  case gru

  /// The layer over sequences; its formulas and the parameters it has are told at ``simpleRNN``, ``lstm`` and ``gru``.
  ///
  /// - Parameters:
  ///   - x: [batch, steps, features], float.
  ///   - units: the extent of the hidden state.
  ///   - scope: where the parameters live; the same scope shares them. Those of each layer and direction are at
  ///     `layer0/forward`, `layer0/backward` and so on in it.
  ///   - layers: how many layers follow one another, each over the outputs of the one before.
  ///   - bidirectional: whether each layer also runs from the last step to the first; its outputs follow the others.
  ///   - initial: the states to start from; zeros by default.
  ///   - mask: bool [batch, steps], true where a step counts; the true ones of an example come first.
  ///   - output: every step or the last.
  ///   - weights: how the matrices start.
  ///   - biases: how the biases start.
  /// - Returns: the output and the last states. What does not fit is a diagnostic.
  public func callAsFunction(
    _ x: Tensor, _ units: Int, in scope: Scope, layers: Int = 1, bidirectional: Bool = false,
    initial: RecurrentStates? = nil, mask: Tensor? = nil, output: RecurrentOutput = .allSteps,
    weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
    line: UInt = #line
  ) -> RecurrentResult {
    let settings = RecurrenceSettings(
      units: units, layers: layers, isBidirectional: bidirectional, initial: initial, mask: mask, output: output,
      weights: weights, biases: biases)
    return x.graph.located(file, line) { recurrence(x, cell, in: scope, settings, SourcePlace(file, line)) }
  }

  private var cell: RecurrentCell {
    switch self {
    case .simple: .simple
    case .lstm: .lstm
    case .gru: .gru
    }
  }
}
