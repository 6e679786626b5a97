public import TapestryCore

/// A value given at each run.
package struct InputOp: Op {
  package static let name = "input"
  package static let summary = "A value given at each run."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [OpSample(InputOp(name: "x", type: TensorType(.float32, [2, 3])), [])]
  package let name: String
  package let type: TensorType
  package var attributes: String { "\"\(name)\"" }
  package var fusion: FusionClass { .leaf }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { [type] }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    throw TapestryError(.invalidFeed, "input '\(name)' has no value", remedy: "feed it")
  }
}

/// The value a variable has when a run begins.
package struct VariableOp: Op {
  package static let name = "variable"
  package static let summary = "The value a variable of the state has when a run begins."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [OpSample(VariableOp(path: "x", type: TensorType(.float32, [2, 3])), [])]
  package let path: String
  package let type: TensorType
  package var attributes: String { "\"\(path)\"" }
  package var fusion: FusionClass { .leaf }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { [type] }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    throw TapestryError(.invalidState, "variable '\(path)' has no value", remedy: "give a state that holds it")
  }
}

/// A value a variable was assigned: what is traced afterwards reads this node.
package struct AssignOp: Op {
  package static let name = "assign"
  package static let summary = "The next version of a variable."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [OpSample(AssignOp(path: "x", version: 1), [SampleOperand([2, 3])])]
  package let path: String
  package let version: Int
  package var attributes: String { "\"\(path)\" version \(version)" }
  package var fusion: FusionClass { .elementwise }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent] }
  package func evaluate(_ operands: [NDArray]) -> [NDArray] { operands }
  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? { operands[0] }
  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// A value known when the graph is built.
package struct ConstantOp: Op {
  package static let name = "constant"
  package static let summary = "A value known when the graph is built."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [OpSample(ConstantOp(array: NDArray(repeating: 1.5, [2, 3])), [])]
  /// Arrays above this are compared by storage, not by their bits.
  package static let largestCompared = 4096

  package let array: NDArray
  package var fusion: FusionClass { .leaf }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { [array.type] }
  package func evaluate(_ operands: [NDArray]) -> [NDArray] { [array] }
  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }

  /// A scalar as its value; a small array as its elements; others as a digest of their bits.
  package var attributes: String {
    if array.count <= 8 {
      return array.count == 1 ? array.element(0) : "{" + array.elements.joined(separator: ", ") + "}"
    }
    let digest = array.withUnsafeBytes { bytes in
      bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
    return "digest \(String(digest, radix: 16))"
  }

  package static func == (a: ConstantOp, b: ConstantOp) -> Bool {
    if a.array.type.byteCount > largestCompared {
      return a.array.storage === b.array.storage && a.array.type == b.array.type
    }
    return a.array == b.array
  }

  package func hash(into hasher: inout Hasher) {
    if array.type.byteCount > ConstantOp.largestCompared {
      hasher.combine(ObjectIdentifier(array.storage))
    } else {
      hasher.combine(array)
    }
  }
}

extension NDArray {
  fileprivate var elements: [String] { (0..<count).map(element) }

  fileprivate func element(_ place: Int) -> String {
    let value = double(at: place)
    switch dtype {
    case .int32: return "\(Int(value))"
    case .bool: return value == 0 ? "false" : "true"
    case .float32: return "\(Float(value))"
    case .float64: return "\(value)"
    }
  }
}

extension Graph {
  /// A value known now.
  public func constant(_ array: NDArray, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    record(ConstantOp(array: array), in: "", at: SourcePlace(file, line))
  }

  /// A scalar known now.
  public func constant(
    _ value: Double, _ dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    constant(NDArray(repeating: value, [], dtype), file: file, line: line)
  }
}

extension Tensor {
  /// A scalar of this tensor's type and graph; poisoned beside a poisoned tensor.
  package func scalar(_ value: Double) -> Tensor {
    if isPoisoned { return self }
    return graph.record(ConstantOp(array: NDArray(repeating: value, [], dtype)), in: "", at: nil)
  }

  /// A tensor of this one's type and graph that holds one number.
  func filled(with value: Double) -> Tensor { scalar(value).broadcast(to: shape) }
}

extension GraphStore {
  /// The one element of a constant; nil for other nodes.
  package func scalar(_ node: Int) -> Double? {
    guard isOp(node, ConstantOp.self), let array = op(of: node).typed(ConstantOp.self)?.array, array.count == 1 else {
      return nil
    }
    return array.double(at: 0)
  }
}

extension OpCatalogue {
  static let leaves: [any Op.Type] = [InputOp.self, VariableOp.self, AssignOp.self, ConstantOp.self]
}
