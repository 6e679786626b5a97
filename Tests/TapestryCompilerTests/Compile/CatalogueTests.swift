import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

// The kit every op goes through, from its own definition: values and gradients of each sample, compiled, against the
// reference meaning; in Float32 and Float64; on every instruction set; on one thread and on three, bit for bit, with every
// wave shared; in memory where dead values are poisoned and every buffer is followed by a guard.

@Suite struct CatalogueTests {
  /// A sample by number, so that a failure names it.
  struct Case: CustomTestStringConvertible, Sendable {
    let sample: OpSample
    let inDouble: Bool

    var testDescription: String {
      "\(type(of: sample.op).name) \(sample.op.attributes) \(sample.operands.map(\.type))\(inDouble ? " in double" : "")"
    }
  }

  static let cases: [Case] = OpCatalogue.all.flatMap { $0.samples }.filter {
    !($0.op is InputOp || $0.op is VariableOp)
  }
  .flatMap { sample in
    // A scan's body and a random op's attribute fix their own types.
    let isFixed = sample.op is Scan || sample.op is RandomUniform || sample.op is ConstantOp || sample.op is Iota
    return (isFixed ? [false] : [false, true]).map { Case(sample: sample, inDouble: $0) }
  }

  @Test(arguments: cases)
  func compiledEqualsReference(_ test: Case) throws {
    let graph = Graph()
    let types = test.sample.operands.map { operand in
      let dtype = test.inDouble && operand.type.dtype == .float32 ? .float64 : operand.type.dtype
      return TensorType(dtype, operand.type.shape)
    }
    let operands = types.enumerated().map { graph.input("x\($0)", $1.shape, $1.dtype) }
    let results = test.sample.op.record(on: operands, in: graph)
    for (place, result) in results.enumerated() { graph.report("y\(place)", result) }
    let floats = operands.filter { $0.dtype.isFloat }
    let terms = results.filter { $0.dtype.isFloat }.map { sum(cast($0, to: test.inDouble ? .float64 : .float32)) }
    if type(of: test.sample.op).differentiability == .differentiable, !floats.isEmpty, !terms.isEmpty {
      let loss = terms.dropFirst().reduce(terms[0]) { $0 + $1 }
      for (place, g) in gradients(of: loss, in: floats, disconnected: .zeros).enumerated() {
        graph.report("g\(place)", g)
      }
    }
    var options = CompilerOptions()
    options.guardsBuffers = true
    options.verifies = true
    options.costs = TargetCosts(flopsPerNanosecond: 20, bytesPerNanosecond: 10, worthSharing: 0)
    let compiled = try CompiledProgram(graph, options)
    var inputs: [String: NDArray] = [:]
    for (place, operand) in test.sample.operands.enumerated() {
      inputs["x\(place)"] = operand.values(types[place], named: "x\(place)")
    }
    let traced = try ProgramGraph(tracing: graph)
    let expected = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: inputs)
    for kernels in KernelTable.all {
      let (outputs, _, _) = try run(compiled.tape, inputs: inputs, state: [:], kernels: kernels)
      let (shared, _, _) = try run(
        compiled.tape, inputs: inputs, state: [:], kernels: kernels, team: CatalogueTests.team)
      #expect(outputs == shared, "on \(kernels.name) three threads give other bits than one")
      for (root, value) in zip(traced.roots, expected) {
        guard case .output(let name) = root.target else { continue }
        let error = relativeError(outputs[name]!, value)
        #expect(
          error <= (test.inDouble ? 1e-12 : 5e-6), "\(name) on \(kernels.name): \(outputs[name]!) against \(value)")
      }
    }
  }

  private static let team = ThreadTeam(threads: 3)
}

extension Op {
  fileprivate func record(on operands: [Tensor], in graph: Graph) -> [Tensor] { graph.record(self, operands) }
}

extension SampleOperand {
  /// Values within the domain, away from the kinks.
  fileprivate func values(_ type: TensorType, named name: String) -> NDArray {
    let stream = RandomStream(seed: 3, name: name)
    return NDArray(type.shape, type.dtype) { place in
      var value = domain.lowerBound + (domain.upperBound - domain.lowerBound) * stream.uniform(at: place)
      for kink in kinks where abs(value - kink) < 0.05 { value = kink + 0.1 }
      return type.dtype == .int32 ? value.rounded(.down) : type.dtype == .bool ? (value > 0 ? 1 : 0) : value
    }
  }
}
