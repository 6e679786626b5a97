import TapestryCore
import TapestryGraph

// Values computed where they are joined.
//
// A concatenation copies its parts to their places. What a fused kernel computes and nothing but concatenations read
// need not be copied: the kernel stores it at its places, by the strides of each whole. A reshape between the two, such
// as the new axis of a stack, is looked through where the strides allow it.

/// The place of a value within the concatenation it is a part of.
struct JoinedPart {
  /// The result of the concatenation.
  let whole: Value
  /// Where the part begins in it, in elements.
  let offset: Int
  /// The steps along the axes of the value.
  let strides: [Int]

  /// The values that are computed in place, with all their places.
  ///
  /// - Parameter readers: how often a value is read outside of its kernel.
  static func all(
    in graph: GraphStore, _ views: ViewAccesses, _ plan: FusionPlan, reachable: [Bool],
    readers: [Value: Int]
  ) -> [Value: [JoinedPart]] {
    var parts: [Value: [JoinedPart]] = [:]
    for node in 0..<graph.count where reachable[node] {
      guard let op = graph.op(of: node, as: Concatenate.self) else { continue }
      let strides = graph.type(of: Value(node)).shape.rowMajorStrides
      var start = 0
      for operand in graph.operands(of: node) {
        let shape = graph.type(of: operand).shape
        defer { start += shape[op.axis] }
        let access = views[operand]
        let base = graph.type(of: access.base).shape
        let group = plan.groupOf[Int(access.base.node)]
        guard group >= 0, plan.groups[Int(group)].isFused,
          plan.groups[Int(group)].isInProgram(Int(access.base.node)),
          graph.nodes[Int(access.base.node)].fusion != .view, access.offset == 0,
          access.isContiguous(shape), base.count == shape.count,
          shape.count > 0, let placed = ViewAccesses.reshape(shape, strides, base)
        else { continue }
        parts[access.base, default: []].append(
          JoinedPart(whole: Value(node), offset: start * strides[op.axis], strides: placed))
      }
    }
    return parts.filter { $1.count == readers[$0] }
  }
}
