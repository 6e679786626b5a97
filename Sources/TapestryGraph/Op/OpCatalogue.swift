/// Every op there is.
///
/// Each file of ops declares the list of its family here by extension, so a new op of a family touches that file alone.
/// The op page, the gradient checks and the fuzzers are made from this list.
package enum OpCatalogue {
  package static let all: [any Op.Type] =
    leaves + counting + arithmetic + magnitudes + exponentials + roots + curves + extremes + powers + comparisons
    + logic + selection + casts + guards + sums + extremeReductions + views + products + indexing
    + probes + random + loops + places + running + sorting + convolutions + pooling

  /// The op of a name.
  package static func op(named name: String) -> (any Op.Type)? { all.first { $0.name == name } }
}
