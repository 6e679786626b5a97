import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// Every op of the catalogue, compiled, against its reference meaning: values and gradients, on every instruction set.
@Suite struct CatalogueTests {
  static let samples: [OpSample] = OpCatalogue.all.flatMap { $0.samples }.filter { !($0.op is InputOp || $0.op is VariableOp) }

  @Test(arguments: samples.indices)
  func compiledEqualsReference(_ index: Int) throws {
    let sample = CatalogueTests.samples[index]
    let graph = Graph()
    let operands = sample.operands.enumerated().map { graph.input("x\($0)", $1.type.shape, $1.type.dtype) }
    let results = sample.op.record(on: operands, in: graph)
    for (place, result) in results.enumerated() { graph.report("y\(place)", result) }
    let floats = operands.filter { $0.dtype.isFloat }
    if type(of: sample.op).differentiability == .differentiable, !floats.isEmpty {
      let loss = results.filter { $0.dtype.isFloat }.reduce(graph.constant(0)) { $0 + sum(cast($1, to: .float32)) }
      for (place, g) in gradients(of: loss, in: floats, disconnected: .zeros).enumerated() { graph.report("g\(place)", g) }
    }
    let compiled = try CompiledProgram(graph)
    var inputs: [String: NDArray] = [:]
    for (place, operand) in sample.operands.enumerated() { inputs["x\(place)"] = operand.values(named: "x\(place)") }
    let traced = try ProgramGraph(tracing: graph)
    let expected = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: inputs)
    for kernels in KernelTable.all {
      let (outputs, _, _) = try run(compiled.tape, inputs: inputs, state: [:], kernels: kernels)
      for (root, value) in zip(traced.roots, expected) {
        guard case .output(let name) = root.target else { continue }
        let error = relativeError(outputs[name]!, value)
        #expect(error <= 5e-6, "\(type(of: sample.op).name) \(name) on \(kernels.name): \(outputs[name]!) against \(value)")
      }
    }
  }
}

extension Op {
  fileprivate func record(on operands: [Tensor], in graph: Graph) -> [Tensor] { graph.record(self, operands) }
}

extension SampleOperand {
  /// Values within the domain, away from the kinks.
  fileprivate func values(named name: String) -> NDArray {
    let stream = RandomStream(seed: 3, name: name)
    return NDArray(type.shape, type.dtype) { place in
      var value = domain.lowerBound + (domain.upperBound - domain.lowerBound) * stream.uniform(at: place)
      for kink in kinks where abs(value - kink) < 0.05 { value = kink + 0.1 }
      return type.dtype == .int32 ? value.rounded(.down) : type.dtype == .bool ? (value > 0 ? 1 : 0) : value
    }
  }
}
