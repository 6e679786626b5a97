import TapestryCore
public import TapestryGraph

/// What large parameters cost, to be added to a loss: `factor` times the sum of their magnitudes.
///
/// It draws parameters to 0 exactly; the gradient at 0 is 0. An empty list is a diagnostic.
public func l1Penalty(
  _ parameters: [Tensor], factor: Double, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  penalty("l1Penalty", parameters, factor, file, line) { sum(abs($0)) }
}

/// What large parameters cost, to be added to a loss: `factor` times the sum of their squares.
///
/// Its gradient is twice `factor` times the parameter, so that PyTorch's `weight_decay` is twice this factor.
/// An empty list is a diagnostic.
public func l2Penalty(
  _ parameters: [Tensor], factor: Double, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  penalty("l2Penalty", parameters, factor, file, line) { sum(square($0)) }
}

private func penalty(
  _ name: String, _ parameters: [Tensor], _ factor: Double, _ file: StaticString, _ line: UInt,
  _ size: (Tensor) -> Tensor
) -> Tensor {
  guard let first = parameters.first else { return Graph.noOperands(name, at: SourcePlace(file, line)) }
  return first.graph.located(file, line) {
    parameters.dropFirst().reduce(size(first)) { $0 + size($1) } * factor
  }
}
