import TapestryCore
public import TapestryGraph

/// The elements of each example with mean 0 and variance 1 along the last axes, then scaled and shifted.
///
/// `y = scale (x - mean) / sqrt(variance + epsilon) + offset` with the variance that divides by n (J. Ba, J. Kiros,
/// G. Hinton, Layer Normalization, 2016). Parameters are `scale` and `offset` of the scope, of the shape of those axes.
///
/// - Parameters:
///   - x: [..., features], float.
///   - axes: how many of the last axes are normalised together; PyTorch's `normalized_shape` names their extents.
///   - epsilon: added to the variance, inside the root.
/// - Returns: the shape of `x`.
public func layerNormalization(
  _ x: Tensor, in scope: Scope, axes: Int = 1, epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "layerNormalization", file, line) else { return Tensor(x.graph, .poison) }
  guard axes >= 1, axes <= x.rank else {
    return x.graph.refuse(
      "layerNormalization of \(x.type)",
      OpFault(.invalidAttribute, "it has not \(axes) last axes", remedy: "give 1 to \(x.rank) axes"),
      at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    let shape = Shape(Array(x.shape.extents.suffix(axes)))
    let scale = scope.parameter("scale", shape, .ones, dtype: x.dtype)
    let offset = scope.parameter("offset", shape, .zeros, dtype: x.dtype)
    return layerNormalization(x, scale: scale, offset: offset, axes: Array(-axes ... -1), epsilon: epsilon)
  }
}

/// The elements of each group of channels of each example with mean 0 and variance 1, then scaled and shifted.
///
/// As layer normalisation over all places and the channels of a group (Y. Wu and K. He, Group Normalization, 2018); as
/// many groups as channels make instance normalisation. Parameters are `scale` and `offset` [channels] of the scope. As in
/// PyTorch the variance divides by n and neighbouring channels are a group.
///
/// - Parameters:
///   - x: [batch, ..., channels], or images as `layout` says. Float.
///   - groups: a divisor of the channels; neighbours are a group.
///   - epsilon: added to the variance, inside the root.
/// - Returns: the shape of `x`.
public func groupNormalization(
  _ x: Tensor, groups: Int, in scope: Scope, epsilon: Double = 1e-5, layout: ImageLayout = .nhwc,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "groupNormalization", file, line) else { return Tensor(x.graph, .poison) }
  let channels = x.extent(layout == .nchw && x.rank == 4 ? 1 : -1)
  guard x.rank >= 2, groups >= 1, channels % groups == 0 else {
    return x.graph.refuse(
      "groupNormalization of \(x.type)",
      OpFault(
        .invalidAttribute, "\(groups) groups do not divide its channels",
        remedy: "give [batch, ..., channels] and a divisor of the channels"), at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let shape = x.shape
      let places = shape.extents[1..<(shape.rank - 1)].reduce(1, *)
      let parts = x.reshape([shape[0], places, groups, channels / groups])
      let normal = layerNormalization(parts, axes: [1, 3], epsilon: epsilon).reshape(shape)
      return normal * scope.parameter("scale", [channels], .ones, dtype: x.dtype)
        + scope.parameter("offset", [channels], .zeros, dtype: x.dtype)
    }
  }
}
