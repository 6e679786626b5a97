import TapestryCore

package struct Less: ElementwiseOp {
  package static let name = "less"
  package static let summary = "Whether x < y: a bool mask."
  package static let scalar = ScalarOp.less
  package static let sole: Less? = Less()
  package static let differentiability = Differentiability.zero
}

package struct LessEqual: ElementwiseOp {
  package static let name = "lessEqual"
  package static let summary = "Whether x <= y: a bool mask."
  package static let scalar = ScalarOp.lessEqual
  package static let sole: LessEqual? = LessEqual()
  package static let differentiability = Differentiability.zero
}

package struct Equal: ElementwiseOp {
  package static let name = "equal"
  package static let summary = "Whether x = y: a bool mask."
  package static let scalar = ScalarOp.equal
  package static let sole: Equal? = Equal()
  package static let differentiability = Differentiability.zero
}

package struct NotEqual: ElementwiseOp {
  package static let name = "notEqual"
  package static let summary = "Whether x and y differ, as not-a-number does from everything: a bool mask."
  package static let scalar = ScalarOp.notEqual
  package static let sole: NotEqual? = NotEqual()
  package static let differentiability = Differentiability.zero
}

extension OpCatalogue {
  static let comparisons: [any ElementwiseOp.Type] = [Less.self, LessEqual.self, Equal.self, NotEqual.self]
}

// Masks by comparison of elements; `==` stays the identity of the handles. `x .> y` is recorded as `y .< x`.
extension Tensor {
  /// The mask of elements of x less than y.
  public static func .< (x: Tensor, y: Tensor) -> Tensor { x.binary(Less(), y) }
  /// The mask of elements of x less than y, which takes the tensor's type.
  public static func .< (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Less(), x.scalar(y.scalarValue)) }
  /// The mask of elements of x less than y; x takes the tensor's type.
  public static func .< (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Less(), y) }

  /// The mask of elements of x at most y.
  public static func .<= (x: Tensor, y: Tensor) -> Tensor { x.binary(LessEqual(), y) }
  /// The mask of elements of x at most y, which takes the tensor's type.
  public static func .<= (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(LessEqual(), x.scalar(y.scalarValue)) }
  /// The mask of elements of x at most y; x takes the tensor's type.
  public static func .<= (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(LessEqual(), y) }

  /// The mask of elements of x greater than y.
  public static func .> (x: Tensor, y: Tensor) -> Tensor { y .< x }
  /// The mask of elements of x greater than y, which takes the tensor's type.
  public static func .> (x: Tensor, y: some TensorScalar) -> Tensor { y .< x }
  /// The mask of elements of x greater than y; x takes the tensor's type.
  public static func .> (x: some TensorScalar, y: Tensor) -> Tensor { y .< x }

  /// The mask of elements of x at least y.
  public static func .>= (x: Tensor, y: Tensor) -> Tensor { y .<= x }
  /// The mask of elements of x at least y, which takes the tensor's type.
  public static func .>= (x: Tensor, y: some TensorScalar) -> Tensor { y .<= x }
  /// The mask of elements of x at least y; x takes the tensor's type.
  public static func .>= (x: some TensorScalar, y: Tensor) -> Tensor { y .<= x }

  /// The mask of elements of x equal to y.
  public static func .== (x: Tensor, y: Tensor) -> Tensor { x.binary(Equal(), y) }
  /// The mask of elements of x equal to y, which takes the tensor's type.
  public static func .== (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Equal(), x.scalar(y.scalarValue)) }
  /// The mask of elements of x equal to y; x takes the tensor's type.
  public static func .== (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Equal(), y) }

  /// The mask of elements of x different from y.
  public static func .!= (x: Tensor, y: Tensor) -> Tensor { x.binary(NotEqual(), y) }
  /// The mask of elements of x different from y, which takes the tensor's type.
  public static func .!= (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(NotEqual(), x.scalar(y.scalarValue)) }
  /// The mask of elements of x different from y; x takes the tensor's type.
  public static func .!= (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(NotEqual(), y) }
}

// A condition of Swift cannot wait for a run: these say what to write instead.
extension Tensor {
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .< y for a mask")
  public static func < (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .< 0 for a mask")
  public static func < (x: Tensor, y: some TensorScalar) -> Bool { false }

  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .> y for a mask")
  public static func > (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .> 0 for a mask")
  public static func > (x: Tensor, y: some TensorScalar) -> Bool { false }

  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .<= y for a mask")
  public static func <= (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .<= 0 for a mask")
  public static func <= (x: Tensor, y: some TensorScalar) -> Bool { false }

  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .>= y for a mask")
  public static func >= (x: Tensor, y: Tensor) -> Bool { false }
  /// Unavailable: see the message for what to write.
  @available(*, unavailable, message: "a tensor has no order while the graph is built; write x .>= 0 for a mask")
  public static func >= (x: Tensor, y: some TensorScalar) -> Bool { false }
}
