public import TapestryCore
public import TapestryGraph

/// The learned vector of each of a number of things: rows of a table, picked by index.
///
/// The parameter is `weight` [count, units] of the scope. The gradient of a row sums over the places that picked it.
///
/// - Parameters:
///   - indices: int32 of any shape; a run that meets one outside `0 ..< count` throws `indexOutOfRange`.
///   - count: how many things there are, 1 or more.
///   - units: the extent of a vector, 1 or more.
///   - dtype: the type of the table.
///   - weights: how the table starts; PyTorch starts it normal with deviation 1.
/// - Returns: [indices..., units].
public func embedding(
  _ indices: Tensor, of count: Int, _ units: Int, in scope: Scope, dtype: DType = .float32,
  weights: Initializer = .uniform(), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let table = TensorType(dtype, [Swift.max(count, 0), Swift.max(units, 0)])
  guard indices.takes(Gather(axis: 0, batchDims: 0), [table, indices.type], for: "embedding", file, line) else {
    return Tensor(indices.graph, .poison)
  }
  guard count >= 1, units >= 1, dtype.isFloat else {
    return indices.graph.refuse(
      "embedding of \(indices.type)",
      OpFault(
        .invalidAttribute, "a table of \(count) vectors of \(units) \(dtype) elements",
        remedy: "give 1 or more of both, and a float type"), at: SourcePlace(file, line))
  }
  return indices.graph.located(file, line) {
    gather(scope.parameter("weight", table.shape, weights, dtype: dtype), indices)
  }
}
