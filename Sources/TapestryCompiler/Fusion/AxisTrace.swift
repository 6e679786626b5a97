import TapestryCore
import TapestryGraph

/// The extents of a shape above 1 (or 0): axes of extent 1 say nothing about an iteration space.
struct SqueezedShape: Hashable, Sendable {
  /// The extents that remain.
  let extents: [Int]
  /// The axis of the shape each of them is.
  let axes: [Int]

  init(_ shape: Shape) {
    axes = shape.extents.indices.filter { shape[$0] != 1 }
    extents = axes.map { shape[$0] }
  }

  /// How many extents of a shape remain.
  static func rank(_ shape: Shape) -> Int { shape.extents.count { $0 != 1 } }

  /// The squeezed axes among some axes of the shape.
  func places(of some: [Int]) -> [Int] { axes.indices.filter { some.contains(axes[$0]) } }

  static func == (a: SqueezedShape, b: SqueezedShape) -> Bool { a.extents == b.extents }
  func hash(into hasher: inout Hasher) { hasher.combine(extents) }
}

/// A value seen through views that only add, drop or repeat axes: where it comes from, and how its axes line up.
struct TracedValue: Sendable {
  /// The value looked at.
  let source: Value
  /// For each squeezed axis of the source, the squeezed axis it is of the value traced.
  let axes: [Int]
}

/// Looks through reshapes that keep the squeezed shape, and through broadcasts.
///
/// One entry a node, made in node order from that of its operand, so that chains of views cost nothing.
struct AxisTrace {
  private var traces: [TracedValue?]
  private let graph: GraphStore

  init(_ graph: GraphStore, reachable: [Bool]) {
    self.graph = graph
    traces = [TracedValue?](repeating: nil, count: graph.count)
    for node in 0..<graph.count where reachable[node] && graph.nodes[node].fusion == .view {
      traces[node] = trace(ofView: node)
    }
  }

  /// Where a value comes from.
  subscript(value: Value) -> TracedValue {
    if let traced = traces[Int(value.node)] { return traced }
    return TracedValue(source: value, axes: Array(0..<SqueezedShape.rank(graph.type(of: value).shape)))
  }

  private func trace(ofView node: Int) -> TracedValue? {
    let operand = graph.operands(of: node).first!
    let shape = graph.type(of: Value(node)).shape
    let inner = self[operand]
    let operandShape = graph.type(of: operand).shape
    switch graph.op(of: node) {
    case is Reshape:
      return SqueezedShape(operandShape) == SqueezedShape(shape) ? inner : nil
    case is Broadcast:
      let aligned = Self.alignment(of: operandShape, in: shape)
      return TracedValue(source: inner.source, axes: inner.axes.map { aligned[$0] })
    default:
      return nil
    }
  }

  /// For each squeezed axis of an operand, the squeezed axis of the wider shape it broadcasts along.
  static func alignment(of operand: Shape, in wider: Shape) -> [Int] {
    let lead = wider.rank - operand.rank
    var result: [Int] = []
    var place = 0
    for axis in 0..<wider.rank where wider[axis] != 1 {
      if axis >= lead, operand[axis - lead] != 1 { result.append(place) }
      place += 1
    }
    return result
  }
}
