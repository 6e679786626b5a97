package import TapestryCore

// Forward mode out of reverse mode. The vector-Jacobian product g = J^T u is linear in its cotangent u, so the product
// of a direction v with the Jacobian of g in u is J v. The probe u is zero; J v does not depend on it, so its value never
// shows: only the graph between it and g is differentiated, by the same driver and the same rules, and dead code removal
// drops the rest.

/// A zero to differentiate by, distinct from every other zero.
package struct Probe: Op {
  package static let name = "probe"
  package static let summary = "x, a zero that forward mode differentiates by."
  package static let differentiability = Differentiability.zero
  package static let samples = [OpSample(Probe(ordinal: 0), [SampleOperand([2, 3], in: 0...0)])]

  package let ordinal: Int
  package init(ordinal: Int) { self.ordinal = ordinal }
  package var attributes: String { "\(ordinal)" }
  package var fusion: FusionClass { .elementwise }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
  package func evaluate(_ operands: [NDArray]) -> [NDArray] { operands }
  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? { operands[0] }
  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

extension OpCatalogue {
  static let probes: [any Op.Type] = [Probe.self]
}

/// The product of the Jacobian of `outputs` in `inputs` with a direction: how the outputs change along it.
///
/// - Parameter vectors: for each input a tensor of its type.
/// - Returns: for each output a tensor of its type; zeros for one that depends on no input.
public func jacobianVectorProduct(
  of outputs: [Tensor], in inputs: [Tensor], with vectors: [Tensor], file: StaticString = #fileID,
  line: UInt = #line
) -> [Tensor] {
  guard let (graph, all) = Graph.joined(outputs + inputs), !all.contains(where: \.isPoisoned) else {
    // The reverse product diagnoses what is wrong with these.
    _ = vectorJacobianProduct(of: outputs, in: inputs, with: outputs, file: file, line: line)
    return outputs.map { Tensor($0.graph, .poison) }
  }
  let probes = all[..<outputs.count].map { output in
    output.filled(with: 0).unary(Probe(ordinal: graph.nodeCount), file, line)
  }
  let products = vectorJacobianProduct(
    of: outputs, in: inputs, with: probes, disconnected: .zeros, file: file, line: line)
  return vectorJacobianProduct(
    of: products, in: probes, with: vectors, disconnected: .zeros, file: file, line: line)
}

/// The product of the Hessian of a scalar loss with a direction: the gradient of the slope along it.
///
/// - Parameter vectors: for each target a tensor of its type.
/// - Returns: for each target a tensor of its type.
public func hessianVectorProduct(
  of loss: Tensor, in targets: [Tensor], with vectors: [Tensor], disconnected: DisconnectedTarget = .diagnose,
  file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
  let slopes = gradients(of: loss, in: targets, disconnected: disconnected, file: file, line: line)
  return vectorJacobianProduct(
    of: slopes, in: targets, with: vectors, disconnected: .zeros, file: file, line: line)
}
