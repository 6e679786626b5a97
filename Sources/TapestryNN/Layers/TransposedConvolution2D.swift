import TapestryCore
public import TapestryGraph

/// The gradient of a convolution in its input, as a layer that makes images larger; plus a bias.
///
/// Each element of `x`, times the filter, is added to the window a convolution would have read it from. Parameters are
/// `filter` [kernel height, kernel width, filters / groups, channels] and `bias` [filters] of the scope, of the type of
/// `x`. PyTorch keeps the filter as [channels, filters / groups, height, width].
///
/// - Parameters:
///   - x: images [batch, height, width, channels], or as `layout` says. Float.
///   - filters: the channels of the result.
///   - kernel: height and width of the filter.
///   - strides: how many places apart neighbours of `x` come to lie.
///   - padding: that of the convolution: what is cut off the result.
///   - outputPadding: places added at the bottom and at the right, each below its stride; none with `.same`.
///   - groups: how many parts the channels are split into.
/// - Returns: [batch, height, width, filters], or as `layout` says. What does not fit is a diagnostic.
public func transposedConvolution2D(
  _ x: Tensor, _ filters: Int, kernel: [Int], in scope: Scope, strides: [Int] = [1, 1],
  padding: WindowPadding = .valid, outputPadding: [Int] = [0, 0], dilation: [Int] = [1, 1], groups: Int = 1,
  bias: Bool = true, layout: ImageLayout = .nhwc, weights: Initializer = .glorotUniform,
  biases: Initializer = .zeros, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let transposed = TransposedConvolution(
        x, rows: x, filters: filters, kernel: kernel, strides: strides, padding: padding,
        outputPadding: outputPadding, dilation: dilation, groups: groups, for: "transposedConvolution2D", file, line)
      guard let transposed else { return Tensor(x.graph, .poison) }
      let y = transposed(scope.parameter("filter", transposed.filter, weights, dtype: x.dtype))
      return bias ? y + scope.parameter("bias", [filters], biases, dtype: x.dtype) : y
    }
  }
}
