import TapestryCore
public import TapestryGraph

/// For each query a mean of values, weighted by how well their keys fit it:
/// `softmax(q kᵀ / sqrt(features)) v` over the keys.
///
/// (A. Vaswani et al., Attention Is All You Need, 2017, 3.2.1.) A query that may see no key gets zeros; PyTorch gives
/// not-a-number for it.
///
/// - Parameters:
///   - queries: [..., queries, features], float.
///   - keys: [..., keys, features].
///   - values: [..., keys, units].
///   - mask: bool, true where a query may see a key; it broadcasts to [..., queries, keys].
///   - causal: whether a query sees only keys up to its own place.
/// - Returns: [..., queries, units].
public func dotProductAttention(
  _ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil, causal: Bool = false,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = queries.graph
  let operands = [queries, keys, values] + (mask.map { [$0] } ?? [])
  if operands.contains(where: \.isPoisoned) { return Tensor(graph, .poison) }
  guard queries.rank >= 2, keys.rank >= 2 else {
    return graph.refuse(
      "dotProductAttention of \(queries.type) and \(keys.type)",
      OpFault(.shapeMismatch, "they have no axes of places and features", remedy: "give [..., places, features]"),
      at: SourcePlace(file, line))
  }
  return graph.located(file, line) {
    let scores = matmul(queries, keys.transpose()) * (1 / Double(queries.extent(-1)).squareRoot())
    var allowed = mask
    if causal {
      let (rows, columns) = (queries.extent(-2), keys.extent(-2))
      let isPast = graph.iota([1, columns], axis: 1) .<= graph.iota([rows, 1])
      allowed = mask.map { $0 .& isPast } ?? isPast
    }
    guard let allowed else { return matmul(softmax(scores), values) }
    // A score far below all others has weight 0; minus infinity would make not-a-number of a row of nothing else.
    let weights = softmax(select(allowed, scores, -1e30))
    return matmul(select(allowed, weights, 0), values)
  }
}
