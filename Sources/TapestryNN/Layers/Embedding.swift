public import TapestryCore
public import TapestryGraph

/// The learned vector of each of a number of things: rows of a table, picked by index.
///
/// The parameter is `weight` [count, units] of the scope. The gradient of a row sums over the places that picked it.
///
/// - Parameters:
///   - indices: int32 of any shape; a run that meets one outside `0 ..< count` throws `indexOutOfRange`.
///   - count: how many things there are.
///   - units: the extent of a vector.
///   - dtype: the type of the table.
///   - weights: how the table starts; PyTorch starts it normal with deviation 1.
/// - Returns: [indices..., units].
public func embedding(
  _ indices: Tensor, of count: Int, _ units: Int, in scope: Scope, dtype: DType = .float32,
  weights: Initializer = .uniform(), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if indices.isPoisoned { return indices }
  return indices.graph.located(file, line) {
    gather(scope.parameter("weight", [count, units], weights, dtype: dtype), indices)
  }
}
