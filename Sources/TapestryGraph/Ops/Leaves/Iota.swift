public import TapestryCore

/// Each element is its place along one axis.
package struct Iota: PlacedOp {
  package static let name = "iota"
  package static let summary = "Each element is its index along one axis."
  package static let differentiability = Differentiability.zero
  package static let samples = [
    OpSample(Iota(shape: [3, 4], axis: 1, dtype: .int32), []),
    OpSample(Iota(shape: [3, 4], axis: 0, dtype: .float32), []),
    OpSample(Iota(shape: [0], axis: 0, dtype: .int32), []),
  ]

  package let shape: Shape
  package let axis: Int
  package let dtype: DType

  package init(shape: Shape, axis: Int, dtype: DType) {
    self.shape = shape
    self.axis = axis
    self.dtype = dtype
  }

  package var attributes: String { "\(shape) along: \(axis)" }
  package var fusion: FusionClass { .elementwise }
  package func resultTypes(of operands: [TensorType]) -> [TensorType] { [TensorType(dtype, shape)] }

  package var placeStrides: [Int] { shape.extents.indices.map { $0 == axis ? 1 : 0 } }

  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    dtype == .int32 ? operands[0] : builder.cast(operands[0], to: dtype)
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let stride = shape.rowMajorStrides[axis]
    return [NDArray(shape, dtype) { Double($0 / stride % shape[axis]) }]
  }
}

extension OpCatalogue {
  static let counting: [any PlacedOp.Type] = [Iota.self]
}

extension Graph {
  /// A tensor each of whose elements is its index along an axis.
  ///
  /// An axis outside the shape, a negative extent or bool is a diagnostic.
  public func iota(
    _ shape: Shape, axis: Int = 0, _ dtype: DType = .int32, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let place = SourcePlace(file, line)
    guard let counted = shape.normalized(axis: axis) else {
      return refuse(
        "iota",
        OpFault(
          .axisOutOfRange, "axis \(axis) is outside the \(shape.rank) axes of \(shape)", remedy: "give an axis it has"),
        at: place)
    }
    guard shape.extents.allSatisfy({ $0 >= 0 }), shape.rank <= Shape.maximumRank, dtype != .bool else {
      return refuse(
        "iota",
        OpFault(
          .invalidAttribute, "\(dtype)\(shape) is not a type it makes",
          remedy: "give extents of 0 or more and int32 or a float type"), at: place)
    }
    return record(Iota(shape: shape, axis: counted, dtype: dtype), in: "", at: place)
  }

  /// Diagnoses a library function's misuse and gives the poisoned tensor that stands for its result.
  package func refuse(_ function: String, _ fault: OpFault, at place: SourcePlace) -> Tensor {
    diagnose(TapestryError(fault.code, "\(function): \(fault.message)", remedy: fault.remedy, at: place))
    return Tensor(self, .poison)
  }
}

extension Tensor {
  /// Whether an op takes operands of some types, this tensor's first; otherwise a diagnostic in the name of the library
  /// function that is made of the op. Asked before the function declares anything.
  package func takes(
    _ op: some Op, _ operands: [TensorType], for function: String, _ file: StaticString, _ line: UInt
  ) -> Bool {
    if isPoisoned { return false }
    do throws(OpFault) {
      _ = try op.resultTypes(of: operands)
      return true
    } catch {
      _ = graph.refuse("\(function) of \(type)", error, at: SourcePlace(file, line))
      return false
    }
  }
}
