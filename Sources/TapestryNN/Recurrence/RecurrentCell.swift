import TapestryCore
import TapestryGraph

/// What one kind of recurrent layer does at one step, in one direction of one layer.
struct RecurrentCell: Sendable {
  /// The name of the function, for diagnostics.
  let name: String
  /// How many times the units one product makes.
  let gates: Int
  /// How many tensors are handed on: the hidden state, and what else there is.
  let carries: Int
  /// Whether the candidate has a bias of its own inside its gate.
  let hasCandidateBias: Bool
  /// From the input's product with bias, the state's product, the states and the candidate's bias, the new states.
  let step: @Sendable (_ input: Tensor, _ state: Tensor, _ carries: [Tensor], _ bias: Tensor?) -> [Tensor]

  static let simple = RecurrentCell(name: "simpleRNN", gates: 1, carries: 1, hasCandidateBias: false) {
    input, state, _, _ in [tanh(input + state)]
  }

  static let lstm = RecurrentCell(name: "lstm", gates: 4, carries: 2, hasCandidateBias: false) {
    input, state, carries, _ in
    let gates = split(input + state, parts: 4)
    let (i, f, candidate, o) = (sigmoid(gates[0]), sigmoid(gates[1]), tanh(gates[2]), sigmoid(gates[3]))
    let cell = f * carries[1] + i * candidate
    return [o * tanh(cell), cell]
  }

  static let gru = RecurrentCell(name: "gru", gates: 3, carries: 1, hasCandidateBias: true) {
    input, state, carries, bias in
    let (fromInput, fromState) = (split(input, parts: 3), split(state, parts: 3))
    let r = sigmoid(fromInput[0] + fromState[0])
    let z = sigmoid(fromInput[1] + fromState[1])
    let candidate = tanh(fromInput[2] + r * (bias.map { fromState[2] + $0 } ?? fromState[2]))
    return [candidate + z * (carries[0] - candidate)]
  }
}
