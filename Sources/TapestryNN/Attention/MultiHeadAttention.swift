import TapestryCore
public import TapestryGraph

/// Attention in several heads, each over its own part of learned projections, and a projection of all heads together.
///
/// (A. Vaswani et al., Attention Is All You Need, 2017, 3.2.2.) Parameters are those of the dense layers `query`, `key`,
/// `value` and `output` of the scope, each with `weight` [features, features] and `bias` [features]. PyTorch keeps the
/// first three transposed and one above the other as `in_proj_weight`; its masks are true where a key is *not* seen.
///
/// - Parameters:
///   - x: [batch, queries, features], float.
///   - memory: what keys and values are made of, [batch, keys, features of any number]; `x` itself by default.
///   - heads: a divisor of the features.
///   - scope: where the parameters live; the same scope shares them.
///   - mask: bool [batch, keys], true where a key counts.
///   - causal: whether a query sees only keys up to its own place.
///   - bias: whether the projections have biases.
/// - Returns: the shape of `x`. What does not fit is a diagnostic.
public func multiHeadAttention(
  _ x: Tensor, memory: Tensor? = nil, heads: Int, in scope: Scope, mask: Tensor? = nil, causal: Bool = false,
  bias: Bool = true, weights: Initializer = .glorotUniform, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let source = memory ?? x
  if x.isPoisoned || source.isPoisoned || mask?.isPoisoned == true { return Tensor(x.graph, .poison) }
  let place = SourcePlace(file, line)
  guard x.rank == 3, source.rank == 3, heads >= 1, x.extent(-1) % heads == 0 else {
    return x.graph.refuse(
      "multiHeadAttention of \(x.type)",
      OpFault(
        .invalidAttribute, "\(heads) heads do not divide its features",
        remedy: "give [batch, places, features] and a divisor of the features"), at: place)
  }
  let counted = TensorType(.bool, [source.extent(0), source.extent(1)])
  if let mask, mask.type != counted {
    return x.graph.refuse(
      "multiHeadAttention of \(x.type)",
      OpFault(.shapeMismatch, "the mask is \(mask.type)", remedy: "give \(counted), true where a key counts"),
      at: place)
  }
  return x.graph.located(file, line) {
    let units = x.extent(-1)
    func project(_ x: Tensor, _ name: String) -> Tensor {
      let y = dense(x, units, in: scope(name), bias: bias, weights: weights)
      return y.isPoisoned ? y : y.reshape([x.extent(0), x.extent(1), heads, units / heads]).transpose([0, 2, 1, 3])
    }
    let seen = mask.map { $0.reshape([source.extent(0), 1, 1, source.extent(1)]) }
    let parts = dotProductAttention(
      project(x, "query"), project(source, "key"), project(source, "value"), mask: seen, causal: causal)
    if parts.isPoisoned { return parts }
    return dense(
      parts.transpose([0, 2, 1, 3]).reshape(x.shape), units, in: scope("output"), bias: bias, weights: weights)
  }
}
