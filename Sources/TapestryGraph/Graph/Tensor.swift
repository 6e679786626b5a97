public import TapestryCore

/// A symbolic value: a handle to one result of a node of a graph.
///
/// `==` is identity: equal handles stand for the same value. Comparisons of elements are `.==`, `.<` and so on.
public struct Tensor: Sendable {
  /// The graph the value belongs to.
  public let graph: Graph
  package let value: Value

  package init(_ graph: Graph, _ value: Value) {
    self.graph = graph
    self.value = value
  }

  /// Whether the expression was diagnosed. Ops on a poisoned tensor are poisoned and stay silent.
  public var isPoisoned: Bool { value.isPoison }

  /// Element type and shape; a poisoned tensor reads as a float32 scalar.
  public var type: TensorType {
    isPoisoned ? TensorType(.float32, []) : graph.withStore { $0.type(of: value) }
  }

  /// The extents; a poisoned tensor reads as a scalar.
  public var shape: Shape { type.shape }
  /// The element type; a poisoned tensor reads as float32.
  public var dtype: DType { type.dtype }
  /// The number of axes.
  public var rank: Int { shape.rank }

  /// The extent along an axis, counted from the end when negative; 1 on a poisoned tensor or outside the rank.
  public func extent(_ axis: Int) -> Int {
    let shape = shape
    return shape.normalized(axis: axis).map { shape[$0] } ?? 1
  }
}

extension Tensor: Hashable {
  /// Whether both are the same value of the same graph; for a mask of equal elements write `.==`.
  public static func == (a: Tensor, b: Tensor) -> Bool { a.graph === b.graph && a.value == b.value }

  /// Hashes graph and value.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(graph))
    hasher.combine(value)
  }
}

extension Tensor: CustomStringConvertible {
  /// `tensor %3 float32[2, 3]`.
  public var description: String { isPoisoned ? "poisoned tensor" : "tensor %\(value.node) \(type)" }
}
