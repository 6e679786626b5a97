import TapestryCore
import TapestryGraph

// The loop of every recurrent layer. Sequences are turned to [steps, batch, features] once; a step is the products with
// the input matrix and the state matrix, all gates at once, and the cell. Where the products of all steps with the input
// matrix are better one product before the loop, the compiler makes them that (`LoopProductsPass`).
//
// Where the mask is false a step hands its states on unchanged and its output is zero. The backward direction runs the
// scan from the last step, so the steps after the end of a short sequence, which come first there, leave the start state
// as it is: what comes out is what the sequence cut to its length would give, in both directions.

/// The settings that all recurrent layers share.
struct RecurrenceSettings {
  let units: Int
  let layers: Int
  let isBidirectional: Bool
  let initial: RecurrentStates?
  let mask: Tensor?
  let output: RecurrentOutput
  let weights: Initializer
  let biases: Initializer

  var directions: [String] { isBidirectional ? ["forward", "backward"] : ["forward"] }
}

/// Runs a cell over sequences; what does not fit is diagnosed.
func recurrence(
  _ x: Tensor, _ cell: RecurrentCell, in scope: Scope, _ settings: RecurrenceSettings, _ place: SourcePlace
) -> RecurrentResult {
  if let fault = settings.fault(x, cell) {
    let poison = fault.map { x.graph.refuse("\(cell.name) of \(x.type)", $0, at: place) } ?? Tensor(x.graph, .poison)
    return RecurrentResult(
      output: poison, states: RecurrentStates(hidden: poison, cell: cell.carries > 1 ? poison : nil))
  }
  var sequence = x.transpose([1, 0, 2])
  let mask = settings.mask.map { expandDims($0.transpose([1, 0])) }
  let zeros = x.scalar(0).broadcast(to: [x.extent(0), settings.units])
  var last: [[Tensor]] = []
  for layer in 0..<settings.layers {
    var outputs: [Tensor] = []
    for direction in settings.directions {
      let start =
        settings.initial?.carries(last.count) ?? [Tensor](repeating: zeros, count: cell.carries)
      let run = direct(
        sequence, mask, from: start, cell, in: scope("layer\(layer)")(direction), settings,
        reversed: direction == "backward")
      last.append(run.carries)
      outputs += run.outputs
    }
    sequence = concatenate(outputs, axis: -1)
  }
  func stacked(_ carry: Int) -> Tensor { stack(last.map { $0[carry] }) }
  let states = RecurrentStates(hidden: stacked(0), cell: cell.carries > 1 ? stacked(1) : nil)
  let ends = concatenate(last.suffix(settings.directions.count).map { $0[0] }, axis: -1)
  let output = settings.output == .lastStep ? ends : sequence.transpose([1, 0, 2])
  return RecurrentResult(output: output, states: states)
}

/// One direction of one layer over [steps, batch, features].
private func direct(
  _ sequence: Tensor, _ mask: Tensor?, from start: [Tensor], _ cell: RecurrentCell, in scope: Scope,
  _ settings: RecurrenceSettings, reversed: Bool
) -> ScanValues {
  let (width, dtype) = (cell.gates * settings.units, sequence.dtype)
  let inputWeight = scope.parameter("input", [sequence.extent(-1), width], settings.weights, dtype: dtype)
  let stateWeight = scope.parameter("state", [settings.units, width], settings.weights, dtype: dtype)
  let bias = scope.parameter("bias", [width], settings.biases, dtype: dtype)
  let candidateBias =
    cell.hasCandidateBias
    ? scope.parameter("candidateBias", [settings.units], settings.biases, dtype: dtype) : nil
  return scan(over: [sequence] + (mask.map { [$0] } ?? []), from: start, reversed: reversed) { step in
    let input = dot(step.inputs[0], inputWeight) + bias
    let states = cell.step(input, dot(step.carries[0], stateWeight), step.carries, candidateBias)
    guard mask != nil else { return (states, [states[0]]) }
    let isWithin = step.inputs[1]
    return (
      zip(states, step.carries).map { select(isWithin, $0, $1) }, [select(isWithin, states[0], 0)]
    )
  }
}

extension RecurrentStates {
  /// The states of one layer and direction.
  fileprivate func carries(_ place: Int) -> [Tensor] {
    ([hidden] + (cell.map { [$0] } ?? [])).map { squeeze(slice($0, axis: 0, place..<place + 1), axes: [0]) }
  }
}

extension RecurrenceSettings {
  /// Why a sequence cannot be run over: nil when it can, and nil inside when that was diagnosed before.
  fileprivate func fault(_ x: Tensor, _ cell: RecurrentCell) -> OpFault?? {
    let given = [mask, initial?.hidden, initial?.cell].compactMap { $0 }
    if x.isPoisoned || given.contains(where: \.isPoisoned) { return .some(nil) }
    guard x.rank == 3, x.dtype.isFloat else {
      return OpFault(.shapeMismatch, "it is no batch of sequences", remedy: "give float [batch, steps, features]")
    }
    guard units >= 1, layers >= 1 else {
      return OpFault(.invalidAttribute, "\(units) units in \(layers) layers", remedy: "give 1 or more of both")
    }
    let steps = TensorType(.bool, [x.extent(0), x.extent(1)])
    if let mask, mask.type != steps {
      return OpFault(.shapeMismatch, "the mask is \(mask.type)", remedy: "give \(steps), true where a step counts")
    }
    guard let initial else { return nil }
    let wanted = TensorType(x.dtype, [layers * directions.count, x.extent(0), units])
    let states = [initial.hidden] + (initial.cell.map { [$0] } ?? [])
    guard states.count == cell.carries, states.allSatisfy({ $0.type == wanted }) else {
      return OpFault(
        .shapeMismatch, "the initial states are \(states.map { "\($0.type)" }.joined(separator: " and "))",
        remedy: cell.carries > 1 ? "give hidden and cell states of \(wanted)" : "give a hidden state of \(wanted)")
    }
    return nil
  }
}
