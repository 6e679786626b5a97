/// What one kernel computes: a set of nodes run as one instruction.
package struct FusionGroup: Sendable {
  /// The nodes, in topological order.
  package var members: [Int]
  /// Squeezed extents of the iteration space, and the axes of it that are reduced.
  package var space: [Int]
  package var reduced: [Int]
  /// The product or convolution whose epilogue the other members are, or -1.
  package var product: Int
  /// Whether the members are fused code (false: a single op with a routine of its own).
  package var isFused: Bool
  /// The max pool whose windows are taken of what the other members compute, or -1.
  package var pool = -1
  /// The sum of the columns of the product's right operand that the product's kernel computes, too, or -1.
  package var columnSum = -1

  /// Whether the tile program computes a member, not a kernel's own code.
  func isInProgram(_ member: Int) -> Bool { member != pool && member != columnSum }
}

/// The graph cut into kernels.
package struct FusionPlan: Sendable {
  package var groups: [FusionGroup] = []
  /// For each node its group, or -1 for leaves, views, nodes not reached and those that their readers make.
  package var groupOf: [Int32] = []
  /// For each node whether it is a kept member of its group.
  package var isKept: [Bool] = []
  /// Edges between fusable nodes of different groups, and why.
  package var refusals: [FusionEdge: FusionRefusal] = [:]
  /// The gradients of max pools that their readers make.
  var cotangents = PooledCotangents()
  /// How many times an edge was weighed.
  package var edgeVisits = 0

  /// Why the second node is not in the kernel of the first, or nil when it is.
  package func whyNotFused(_ producer: Int, _ consumer: Int) -> FusionRefusal? {
    if groupOf[producer] >= 0, groupOf[producer] == groupOf[consumer] { return nil }
    return refusals[FusionEdge(producer, consumer)] ?? .notNeighbours
  }
}

/// An edge between two nodes, views between them left out, or between two kernels.
package struct FusionEdge: Hashable, Sendable {
  package let producer: Int32
  package let consumer: Int32

  package init(_ producer: Int, _ consumer: Int) {
    self.producer = Int32(producer)
    self.consumer = Int32(consumer)
  }
}
