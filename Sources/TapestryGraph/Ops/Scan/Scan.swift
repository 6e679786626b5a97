package import TapestryCore

/// A loop: a body run once for each slice of the scanned tensors, with carries handed from step to step.
///
/// Operands, in this order: the first carries, the tensors scanned over (axis 0 has the scan's length), the captures.
/// Results, in this order: the last carries, then the stacked outputs of all steps (axis 0 has the scan's length). A
/// reverse scan runs from the last slice to the first and stacks what step i gave at place i.
package struct Scan: Op {
  package static let name = "scan"
  package static let summary = "A loop over slices along axis 0 that hands carries on and stacks what each step gives."
  package static let differentiability = Differentiability.differentiable

  package let body: ScanBody
  package let length: Int
  package let isReverse: Bool
  /// The numbers of carries, of tensors scanned over and of captures.
  package let counts: ScanParts<Int>

  /// A loop over a part of a graph.
  ///
  /// - Parameters:
  ///   - graph: holds the step; see ``ScanBody/init(cutting:inputs:outputs:)``.
  ///   - inputs: values of the graph, by the kind of input each becomes.
  ///   - outputs: the next carries, one for each carry, then what is stacked.
  package init(
    cutting graph: GraphStore, inputs: ScanParts<[Value]>, outputs: [Value], length: Int, isReverse: Bool
  ) {
    body = ScanBody(cutting: graph, inputs: inputs, outputs: outputs)
    counts = ScanParts(
      carries: inputs.carries.count, slices: inputs.slices.count, captures: inputs.captures.count)
    self.length = length
    self.isReverse = isReverse
  }

  package var stackCount: Int { body.outputs.count - counts.carries }
  package var resultCount: Int { body.outputs.count }

  package var attributes: String {
    "length: \(length)\(isReverse ? " reverse" : "") carries: \(counts.carries) slices: \(counts.slices)"
      + " captures: \(counts.captures) body: \(body.store.count) nodes"
  }

  /// Operands, or body inputs, by kind.
  package func parts<Element: Sendable>(_ all: [Element]) -> ScanParts<[Element]> {
    let slices = counts.carries + counts.slices
    return ScanParts(
      carries: Array(all[..<counts.carries]), slices: Array(all[counts.carries..<slices]),
      captures: Array(all[slices...]))
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count == body.inputs.count else {
      throw OpFault(
        .invalidAttribute, "\(operands.count) operands for a body of \(body.inputs.count) inputs",
        remedy: "build it with `scan`")
    }
    let given = parts(operands)
    let inputs = parts(body.inputs.map { body.store.type(of: $0) })
    for (type, input) in zip(given.carries + given.captures, inputs.carries + inputs.captures) where type != input {
      throw OpFault(.shapeMismatch, "\(type) is given where the step takes \(input)", remedy: "build it with `scan`")
    }
    for (type, input) in zip(given.slices, inputs.slices) {
      guard type.dtype == input.dtype, type.shape.extents == [length] + input.shape.extents else {
        throw OpFault(
          .shapeMismatch, "\(type) does not hold \(length) slices \(input)", remedy: "give every tensor one length")
      }
    }
    return stackedTypes
  }

  private var stackedTypes: [TensorType] {
    body.outputs.indices.map { output in
      let type = body.type(ofOutput: output)
      return output < counts.carries ? type : TensorType(type.dtype, Shape([length] + type.shape.extents))
    }
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    var carries = parts(operands).carries
    var stacks = stackedTypes.dropFirst(counts.carries).map { NDArray(zeros: $0.shape, $0.dtype) }
    try forEachStep(operands) { (place, results) throws(TapestryError) in
      let outputs = body.outputs.map { results[Int($0.node)][Int($0.output)] }
      carries = Array(outputs[..<counts.carries])
      for (i, output) in outputs[counts.carries...].enumerated() {
        for element in 0..<output.count {
          stacks[i].setDouble(output.double(at: element), at: place * output.count + element)
        }
      }
      return true
    }
    return carries + stacks
  }

  /// Runs the loop by the reference meaning.
  ///
  /// - Parameter visit: is given the place of the slice of each step and the arrays of all nodes of the body, and says
  ///   whether to go on.
  package func forEachStep(
    _ operands: [NDArray], _ visit: (Int, [[NDArray]]) throws(TapestryError) -> Bool
  ) throws(TapestryError) {
    let given = parts(operands)
    var carries = given.carries
    let interpreter = Interpreter(body.store)
    for step in 0..<length {
      let place = isReverse ? length - 1 - step : step
      let inputs = Scan.named(
        carries: carries, slices: given.slices.map { $0.row(place) }, captures: given.captures)
      let results = try interpreter.results(body.outputs, inputs: inputs, state: [:])
      guard try visit(place, results) else { return }
      carries = body.outputs[..<counts.carries].map { results[Int($0.node)][Int($0.output)] }
    }
  }

  /// What the inputs of a body are given, by their names in it.
  package static func named<Given>(carries: [Given], slices: [Given], captures: [Given]) -> [String: Given] {
    var inputs: [String: Given] = [:]
    for (kind, given) in [("carry", carries), ("slice", slices), ("capture", captures)] {
      for (place, value) in given.enumerated() { inputs["\(kind) \(place)"] = value }
    }
    return inputs
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    let store = body.store
    return (0..<store.count).reduce(0) { total, node in
      let results = (0..<store.resultCount(of: node)).map { store.type(of: Value(node, $0)) }
      return total + length * store.op(of: node).flops(store.operands(of: node).map { store.type(of: $0) }, results)
    }
  }

  package static var samples: [OpSample] {
    let plain = Graph()
    // Two carries, one of which the other depends on; a capture, a slice, a stacked output.
    let recurrence = plain.traceScan(
      [SampleOperand([2, 3]).tensor(in: plain, "h"), SampleOperand([2, 3]).tensor(in: plain, "c")],
      [SampleOperand([4, 2, 3]).tensor(in: plain, "x")], length: 4, isReverse: false
    ) { step in
      let w = SampleOperand([3, 3]).tensor(in: plain, "w")
      let cell = step.carries[1] * 0.5 + tanh(step.inputs[0] + dot(step.carries[0], w))
      return (carries: [sigmoid(cell) * step.carries[0], cell], outputs: [cell * cell])
    }
    let sum = plain.traceScan(
      [SampleOperand([]).tensor(in: plain, "t")], [SampleOperand([3]).tensor(in: plain, "y")], length: 3,
      isReverse: true
    ) { step in
      let total = step.carries[0] * step.inputs[0] + sin(step.inputs[0])
      return (carries: [total], outputs: [total])
    }
    return [recurrence, sum].compactMap { $0 }.map { scan in
      OpSample(scan.op, scan.operands.map { SampleOperand($0.shape, $0.dtype, in: -1...1) })
    }
  }
}

extension SampleOperand {
  fileprivate func tensor(in graph: Graph, _ name: String) -> Tensor { graph.input(name, type.shape, type.dtype) }
}

extension NDArray {
  /// One slice along axis 0.
  fileprivate func row(_ place: Int) -> NDArray {
    let shape = Shape(Array(self.shape.extents.dropFirst()))
    return NDArray(shape, dtype) { double(at: place * shape.count + $0) }
  }
}

extension OpCatalogue {
  static let loops: [any Op.Type] = [Scan.self]
}
