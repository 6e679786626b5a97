package import TapestryCore

/// The operand, through which no gradient flows.
package struct StopGradient: Op {
  package static let name = "stopGradient"
  package static let summary = "x, through which no gradient flows."
  package static let differentiability = Differentiability.zero
  package static let samples = [OpSample(StopGradient(), [SampleOperand([3, 4])])]

  /// Whether a model asked for it. The library's own cuts, such as that of the maximum in a softmax, change no gradient,
  /// and drawings do not show them as cuts.
  package let isOfModel: Bool
  package init(isOfModel: Bool = true) { self.isOfModel = isOfModel }
  package var fusion: FusionClass { .elementwise }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
  package func evaluate(_ operands: [NDArray]) -> [NDArray] { operands }
  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? { operands[0] }
  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// Indices, each held to be in a range: a run that finds another fails and leaves its state as it was.
package struct CheckIndex: Op {
  package static let name = "checkIndex"
  package static let summary = "x, an int32 index; a run fails where one is outside 0 ..< bound."
  package static let differentiability = Differentiability.zero
  package static let samples = [
    OpSample(CheckIndex(bound: 5), [SampleOperand([3, 4], .int32, in: 0...4)]),
    OpSample(CheckIndex(bound: 0), [SampleOperand([0], .int32)]),
  ]

  package let bound: Int
  package init(bound: Int) { self.bound = bound }
  package var attributes: String { "bound: \(bound)" }
  package var fusion: FusionClass { .elementwise }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[0].requireIndices()
    return operands
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    for place in 0..<operands[0].count { try checkIndex(operands[0].double(at: place), in: bound, of: Self.name) }
    return operands
  }

  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    builder.checkIndex(operands[0], bound: bound)
  }
}

extension OpCatalogue {
  static let guards: [any Op.Type] = [StopGradient.self, CheckIndex.self]
}

extension TensorType {
  /// Indices are int32.
  func requireIndices() throws(OpFault) {
    guard dtype == .int32 else {
      throw OpFault(.dtypeMismatch, "\(dtype) is not a type of indices", remedy: "cast them: `cast(x, to: .int32)`")
    }
  }
}

/// The index as an integer, or the error of a run that met one out of range.
@discardableResult
func checkIndex(_ index: Double, in bound: Int, of op: String) throws(TapestryError) -> Int {
  let index = Int(index)
  guard index >= 0 && index < bound else {
    throw TapestryError(
      .indexOutOfRange, "\(op) met index \(index), outside 0 ..< \(bound)",
      remedy: "check the labels or indices that are fed")
  }
  return index
}

/// The tensor, through which no gradient flows.
public func stopGradient(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(StopGradient(), file, line)
}

/// A tensor a function of the library depends on in form alone: its gradient would be 0 in the end.
func withoutGradient(_ x: Tensor) -> Tensor { x.unary(StopGradient(isOfModel: false)) }

/// The int32 indices, each held to be in `0 ..< bound`: a run that finds another throws `indexOutOfRange` before any
/// state changes.
public func checkIndex(
  _ x: Tensor, bound: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.unary(CheckIndex(bound: bound), file, line)
}
