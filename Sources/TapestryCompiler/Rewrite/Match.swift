package import TapestryCore
package import TapestryGraph

/// A node of the new graph as a rule sees it: its op with attributes, its operands, and questions about them.
package struct Match<Operation> {
  package let op: Operation
  /// The first result.
  package let result: Tensor
  let reader: GraphReader

  /// All operands.
  package var operands: [Tensor] { reader.operands(of: result) }

  /// How many operands there are.
  package var operandCount: Int { reader.operandCount(of: result) }

  /// The operand at a place.
  package subscript(place: Int) -> Tensor { reader.operand(place, of: result) }

  /// The type of the first result.
  package var type: TensorType { reader.type(of: result) }
  package var shape: Shape { type.shape }
  package var dtype: DType { type.dtype }

  /// The options of the run.
  package var options: RewriteOptions { reader.options }

  /// The type of an operand.
  package func type(_ place: Int) -> TensorType { reader.type(of: self[place]) }

  /// The node of a tensor, where its op is of a type.
  package func node<Other: Op>(_ tensor: Tensor, _ other: Other.Type) -> Match<Other>? {
    reader.match(tensor, other)
  }

  /// The node of an operand, where its op is of a type.
  package func node<Other: Op>(_ place: Int, _ other: Other.Type) -> Match<Other>? { node(self[place], other) }

  /// The node of a tensor, whatever its op.
  package func node(_ tensor: Tensor) -> Match<any Op> { reader.match(tensor) }

  /// The node of an operand, whatever its op.
  package func node(_ place: Int) -> Match<any Op> { reader.match(self[place]) }

  /// The array of a constant operand.
  package func constant(_ place: Int) -> NDArray? { node(place, ConstantOp.self)?.op.array }

  /// The one number an operand consists of: a constant of one element, seen through broadcasts and reshapes.
  package func scalar(_ place: Int) -> Double? { reader.uniformValue(of: self[place]) }

  /// Whether an operand is this number everywhere; zeros must agree in sign.
  package func isScalar(_ place: Int, _ value: Double) -> Bool {
    scalar(place).map { $0 == value && $0.sign == value.sign } ?? false
  }

  /// Whether an operand is a constant array, or a number repeated.
  package func isConstant(_ place: Int) -> Bool { reader.isConstant(place, of: result) }

  /// Whether the op of an operand is of a type.
  func hasOperand(_ other: any Op.Type) -> Bool { reader.hasOperand(of: result, other) }

  /// Whether there are operands, and all are constant arrays.
  var hasConstantsOnly: Bool { reader.hasConstantsOnly(result) }

  /// Whether nothing but this match reads the operand, as far as is known.
  package func isSoleUse(_ place: Int) -> Bool { reader.uses(of: self[place]) <= 1 }

  /// A new node of the op of this match on other operands.
  package func rebuilt(_ operands: [Tensor]) -> Tensor {
    result.graph.record(reader.match(result).op, operands)[0]
  }
}

extension Match<any Op> {
  /// The match with its op as the type it is.
  func typed<Other: Op>(_ other: Other.Type) -> Match<Other>? {
    op.typed(other).map { Match<Other>(op: $0, result: result, reader: reader) }
  }
}

/// What a run of rules is allowed.
package struct RewriteOptions: Sendable {
  /// The most elements a folded constant may have.
  package var largestFolded = 1024
  /// The most rule applications at one node before rules are taken to chase each other.
  package var mostApplications = 500
  /// How many rule applications the run may make in all; the rest of the graph is then copied. For finding the
  /// application that goes wrong.
  package var applicationBudget = Int.max

  package init() {}
}
