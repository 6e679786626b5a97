public import TapestryCore

/// The elements as another type.
package struct Cast: Op {
  package static let name = "cast"
  package static let summary = "The elements as another type; floats truncate to int32, and are true unless 0."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Cast(dtype: .float64), [SampleOperand([3, 4])]),
    OpSample(Cast(dtype: .float32), [SampleOperand([3], .int32, in: -9...9)]),
    OpSample(Cast(dtype: .int32), [SampleOperand([2, 3], in: -9...9)]),
    OpSample(Cast(dtype: .bool), [SampleOperand([0, 3])]),
  ]

  package let dtype: DType
  package init(dtype: DType) { self.dtype = dtype }
  package var attributes: String { "to: \(dtype)" }
  package var fusion: FusionClass { .elementwise }

  package func resultTypes(of operands: [TensorType]) -> [TensorType] { [TensorType(dtype, operands[0].shape)] }

  package func pullback(_ p: Pullback) -> [Tensor?] { [cast(p.cotangent, to: p[0].dtype)] }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    [NDArray(operands[0].shape, dtype) { operands[0].double(at: $0) }]
  }

  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    builder.cast(operands[0], to: dtype)
  }
}

extension OpCatalogue {
  static let casts: [any Op.Type] = [Cast.self]
}

/// The elements as another type; the same tensor where it has that type.
///
/// Float to int32 truncates towards zero, saturates, and makes 0 of not-a-number; to bool is true unless 0.
public func cast(_ x: Tensor, to dtype: DType, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  !x.isPoisoned && x.dtype == dtype ? x : x.unary(Cast(dtype: dtype), file, line)
}
