/// Every op there is.
///
/// Each file of ops declares the list of its family here by extension, so a new op of a family touches that file alone.
/// The op page, the gradient checks and the fuzzers are made from this list. The compiler asks the families what an op
/// is: a cast to their protocol would search all conformances in the process the first time it meets a type, which
/// took a tenth of the compilation of a program.
package enum OpCatalogue {
  package static let all: [any Op.Type] =
    leaves + (counting as [any Op.Type]) + (elementwise as [any Op.Type]) + casts + guards
    + (reductions as [any Op.Type]) + views + products + indexing + probes + random + loops + places + running
    + sorting + convolutions + pooling

  /// The ops that are one scalar operation at each element.
  package static let elementwise: [any ElementwiseOp.Type] =
    arithmetic + magnitudes + exponentials + roots + curves + extremes + powers + comparisons + logic + selection

  /// The ops that make one element of many along axes.
  package static let reductions: [any ReductionOp.Type] = sums + extremeReductions

  /// The op of a name.
  package static func op(named name: String) -> (any Op.Type)? { all.first { $0.name == name } }

  /// Whether an op is one scalar operation at each element.
  package static func isElementwise(_ type: any Op.Type) -> Bool { elementwise.contains { $0 == type } }

  /// Whether an op makes one element of many along axes.
  package static func isReduction(_ type: any Op.Type) -> Bool { reductions.contains { $0 == type } }

  /// Whether an op is a product of matrices or a sum of such products.
  package static func isProduct(_ type: any Op.Type) -> Bool { products.contains { $0 == type } }

  /// Whether an op depends on where its element is (``PlacedOp``).
  package static func isPlaced(_ type: any Op.Type) -> Bool { counting.contains { $0 == type } }

  /// An op as the reduction it is, if it is one.
  package static func reduction(_ op: any Op) -> (any ReductionOp)? {
    func typed(_ type: (some ReductionOp).Type) -> (any ReductionOp)? { op.typed(type) }
    return reductions.first { $0 == type(of: op) }.flatMap { typed($0) }
  }

  /// An op as one that depends on where its element is, if it does.
  package static func placed(_ op: any Op) -> (any PlacedOp)? {
    func typed(_ type: (some PlacedOp).Type) -> (any PlacedOp)? { op.typed(type) }
    return counting.first { $0 == type(of: op) }.flatMap { typed($0) }
  }
}
