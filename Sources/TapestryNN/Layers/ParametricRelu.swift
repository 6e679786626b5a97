import TapestryCore
public import TapestryGraph

/// x where it is above 0, else x times a slope that is learned (K. He et al., Delving Deep into Rectifiers, 2015).
///
/// The parameter is `slope` of the scope: [channels], or [1] for one that all share. The derivative in x at 0 is the
/// slope, as in PyTorch.
///
/// - Parameters:
///   - x: [..., channels], or images as `layout` says. Float.
///   - shared: whether one slope serves all channels, PyTorch's default.
///   - slopes: how the slope starts.
/// - Returns: the shape of `x`.
public func parametricRelu(
  _ x: Tensor, in scope: Scope, shared: Bool = false, layout: ImageLayout = .nhwc,
  slopes: Initializer = .constant(0.25), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "parametricRelu", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let slope = scope.parameter("slope", [shared ? 1 : x.extent(-1)], slopes, dtype: x.dtype)
      return select(x .> 0, x, x * slope)
    }
  }
}
