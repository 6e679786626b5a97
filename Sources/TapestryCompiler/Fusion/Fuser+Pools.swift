import TapestryCore
import TapestryGraph

// A max pool is taken of a convolution's result while that is in cache: the kernel of the convolution runs its epilogue
// over some rows of windows and then takes the windows, so the image itself is never written to memory.

extension Fuser {
  /// The most elements a row of windows may hold in scratch memory.
  private static let longestLine = 1 << 17
  /// Columns up to which a block is as contiguous as the image is.
  private static let mostColumns = 256

  /// Joins each max pool with the convolution whose result only it reads.
  func joinPools() {
    for node in 0..<graph.count where reachable[node] {
      guard let op = graph.op(of: node, as: MaxPool.self), let image = graph.operands(of: node).first,
        views.base(of: image) == image, let pool = groups.group(of: node),
        let first = groups.group(of: Int(image.node)), groups[first].product >= 0,
        graph.isOp(groups[first].product, Convolution.self),
        takes(op.geometry, graph.type(of: image).shape, graph.type(of: Value(node)).shape),
        isRead(first, by: pool)
      else { continue }
      groups[first].level = groups[pool].level
      groups[pool].isFused = true
      _ = groups.join(first, pool, groups[first].frame)
    }
  }

  /// Whether the kernel has windows of this kind: side by side, none of them in padding, all of the image in rows of them.
  private func takes(_ windows: WindowGeometry, _ image: Shape, _ pooled: Shape) -> Bool {
    windows.low == [0, 0] && windows.dilation == [1, 1] && image[1] <= pooled[1] * windows.strides[0]
      && (0..<2).allSatisfy { windows.extents[$0] <= windows.strides[$0] } && image[3] <= Fuser.mostColumns
      && windows.strides[0] * image[2] * image[3] <= Fuser.longestLine
  }

  /// Whether nothing but one group reads what another computes.
  private func isRead(_ group: Int, by reader: Int) -> Bool {
    for member in groups[group].members where roots.contains(Value(member)) { return false }
    for edge in groups[group].readers {
      guard let consumer = groups.group(of: groups.edges[Int(edge)].consumer) else { return false }
      if consumer != group, consumer != reader { return false }
    }
    return true
  }
}
