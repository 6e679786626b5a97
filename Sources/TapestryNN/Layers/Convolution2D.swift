import TapestryCore
public import TapestryGraph

/// A convolution of images with filters that are learned, plus a bias.
///
/// `y[n, i, j, o] = bias[o] + sum over a, b, c of x[n, i s + a d - low, j s + b d - low, c] filter[a, b, c, o]`: the
/// filter is not flipped (I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, 9.1). Parameters are `filter`
/// [kernel height, kernel width, channels / groups, filters] and `bias` [filters] of the scope, of the type of `x`.
/// PyTorch keeps the filter as [filters, channels / groups, height, width], and its `padding="same"` takes no strides.
///
/// - Parameters:
///   - x: images [batch, height, width, channels], or as `layout` says. Float.
///   - filters: the channels of the result; as many as `x` has, or a multiple, make a depthwise convolution when
///     `groups` is the channels of `x`.
///   - kernel: height and width of the filter.
///   - strides: distances between windows along height and width.
///   - dilation: distances between taps along height and width.
///   - groups: how many parts the channels are split into; a divisor of both the channels and the filters.
///   - weights: how the filter starts.
///   - biases: how the bias starts.
/// - Returns: [batch, windows down, windows across, filters], or as `layout` says. Another number of axes, channels
///   that do not fit and windows larger than the padded image are diagnostics.
public func convolution2D(
  _ x: Tensor, _ filters: Int, kernel: [Int], in scope: Scope, strides: [Int] = [1, 1],
  padding: WindowPadding = .valid, dilation: [Int] = [1, 1], groups: Int = 1, bias: Bool = true,
  layout: ImageLayout = .nhwc, weights: Initializer = .glorotUniform, biases: Initializer = .zeros,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let shape = Shape(kernel + [x.extent(-1) / Swift.max(groups, 1), filters])
      let geometry = WindowGeometry(
        kernel, over: [x.extent(1), x.extent(2)], strides: strides, dilation: dilation, padding: padding)
      let op = Convolution(geometry: geometry, groups: groups)
      guard x.takes(filters: filters, for: "convolution2D", file, line),
        x.takes(op, [x.type, TensorType(x.dtype, shape)], for: "convolution2D", file, line)
      else { return Tensor(x.graph, .poison) }
      let filter = scope.parameter("filter", shape, weights, dtype: x.dtype)
      let y = convolution(x, filter, strides: strides, padding: padding, dilation: dilation, groups: groups)
      return bias ? y + scope.parameter("bias", [filters], biases, dtype: x.dtype) : y
    }
  }
}

extension Tensor {
  /// Whether a layer makes a sensible number of channels; otherwise a diagnostic.
  func takes(filters: Int, for function: String, _ file: StaticString, _ line: UInt) -> Bool {
    if filters >= 1 { return true }
    _ = graph.refuse(
      "\(function) of \(type)", OpFault(.invalidAttribute, "\(filters) filters", remedy: "give 1 or more"),
      at: SourcePlace(file, line))
    return false
  }
}
