package import TapestryCore

/// An op that combines the elements along some axes into one; the axes are kept with extent 1 or dropped.
package protocol ReductionOp: Op {
  var axes: [Int] { get }
  var keepsAxes: Bool { get }
  /// How two elements combine.
  static var combining: ReductionKind { get }
  init(axes: [Int], keepsAxes: Bool)
}

/// How elements combine in a reduction. The order is the kernels' (`tap_tile_op` from TAP_REDUCE_SUM).
package enum ReductionKind: UInt16, Hashable, Sendable, CaseIterable {
  case sum = 6
  case product, maximum, minimum

  /// The value of a reduction over nothing.
  package func identity(_ dtype: DType) -> Double {
    switch (self, dtype) {
    case (.sum, _): 0
    case (.product, _): 1
    case (.maximum, .int32): Double(Int32.min)
    case (.maximum, _): -.infinity
    case (.minimum, .int32): Double(Int32.max)
    case (.minimum, _): .infinity
    }
  }

  /// The scalar operation that combines two.
  package var scalar: ScalarOp {
    switch self {
    case .sum: .add
    case .product: .multiply
    case .maximum: .maximum
    case .minimum: .minimum
    }
  }
}

extension ReductionOp {
  package var attributes: String { "over: \(axes)" + (keepsAxes ? " kept" : "") }
  package var fusion: FusionClass { .reduction }
  package static var differentiability: Differentiability { .differentiable }

  package static var samples: [OpSample] {
    [
      OpSample(Self(axes: [1], keepsAxes: false), [SampleOperand([3, 5])]),
      OpSample(Self(axes: [0], keepsAxes: true), [SampleOperand([4, 3])]),
      OpSample(Self(axes: [0, 2], keepsAxes: false), [SampleOperand([2, 3, 4])]),
      OpSample(Self(axes: [], keepsAxes: false), [SampleOperand([])]),
      OpSample(Self(axes: [1], keepsAxes: false), [SampleOperand([3, 1])]),
    ]
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    let type = operands[0]
    guard type.dtype != .bool else {
      throw OpFault(.dtypeMismatch, "bool is not a type it takes", remedy: "cast the mask: `cast(x, to: .float32)`")
    }
    try type.shape.check(axes: axes)
    return [TensorType(type.dtype, type.shape.reducing(axes, keepingAxes: keepsAxes))]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let x = operands[0]
    let kept = x.shape.reducing(axes, keepingAxes: true)
    let places = BroadcastPlaces(from: kept, to: x.shape)
    var sums = [Double](repeating: Self.combining.identity(x.dtype), count: kept.count)
    for place in 0..<x.count {
      let target = places[place]
      if x.dtype == .int32 {
        sums[target] = Double(Self.combining.scalar.meaning(Int32(sums[target]), Int32(x.double(at: place))))
      } else {
        sums[target] = Self.combining.scalar.meaning(sums[target], x.double(at: place))
      }
    }
    return [NDArray(x.shape.reducing(axes, keepingAxes: keepsAxes), x.dtype) { sums[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { operands[0].shape.count }

  /// A tensor of the result's shape seen with the reduced axes kept, ready to broadcast against the operand.
  func withAxes(_ tensor: Tensor, like operand: Tensor) -> Tensor {
    tensor.reshape(operand.shape.reducing(axes, keepingAxes: true))
  }
}

extension Shape {
  /// Checks axes counted from the front, each named once.
  func check(axes: [Int]) throws(OpFault) {
    if let axis = axes.first(where: { $0 < 0 || $0 >= rank }) {
      throw OpFault(
        .axisOutOfRange, "axis \(axis) is outside the \(rank) axes of \(self)",
        remedy: rank == 0 ? "a scalar has no axes" : "give axes in \(-rank) ... \(rank - 1)")
    }
    if Set(axes).count != axes.count {
      throw OpFault(.axisOutOfRange, "axes \(axes) name one axis twice", remedy: "name each axis once")
    }
  }
}

extension Tensor {
  /// A reduction over axes that may count from the end; all of them when `nil`.
  func reduce<R: ReductionOp>(
    _ reduction: R.Type, _ axes: [Int]?, _ keepsAxes: Bool, _ file: StaticString, _ line: UInt
  ) -> Tensor {
    unary(R(axes: counted(axes), keepsAxes: keepsAxes), file, line)
  }

  /// Axes that may count from the end, counted from the front and in order; all of them when `nil`.
  func counted(_ axes: [Int]?) -> [Int] {
    let rank = rank
    return (axes ?? Array(0..<rank)).map { $0 < 0 && $0 >= -rank ? $0 + rank : $0 }.sorted()
  }
}
