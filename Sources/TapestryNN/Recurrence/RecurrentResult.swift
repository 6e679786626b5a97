public import TapestryGraph

/// What a recurrent layer hands out of its sequence.
public enum RecurrentOutput: Hashable, Sendable {
  /// The hidden state after each step, [batch, steps, units]; zeros where the mask is false.
  case allSteps
  /// The hidden state after the last step that the mask lets through, [batch, units].
  case lastStep
}

/// The states of a recurrent layer, of every layer and direction.
///
/// Along axis 0 are the layers, the first first, and of each the forward and then the backward direction, as in PyTorch.
public struct RecurrentStates: Sendable {
  /// [layers * directions, batch, units].
  public let hidden: Tensor
  /// Likewise; what an LSTM keeps beside its hidden state, nil in the other kinds.
  public let cell: Tensor?

  /// States to start a layer from; an LSTM needs `cell` too.
  public init(hidden: Tensor, cell: Tensor? = nil) {
    self.hidden = hidden
    self.cell = cell
  }
}

/// What a recurrent layer gives.
public struct RecurrentResult: Sendable {
  /// As ``RecurrentOutput`` says; of two directions the forward and then the backward units.
  public let output: Tensor
  /// The states after the last step: what the next part of the sequence, or a decoder, starts from.
  public let states: RecurrentStates
}
