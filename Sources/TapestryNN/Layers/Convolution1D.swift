import TapestryCore
public import TapestryGraph

// A sequence [batch, steps, channels] is an image one row high, so both layers are those of images with an axis of
// extent 1 that comes and goes; its filter [kernel, ...] is one row high likewise.

/// A convolution of sequences with filters that are learned, plus a bias.
///
/// `y[n, i, o] = bias[o] + sum over a, c of x[n, i s + a d - before, c] filter[a, c, o]`. Parameters are `filter`
/// [kernel, channels / groups, filters] and `bias` [filters] of the scope, of the type of `x`. PyTorch keeps sequences
/// as [batch, channels, steps] and the filter as [filters, channels / groups, kernel].
///
/// - Parameters:
///   - x: [batch, steps, channels], float.
///   - filters: the channels of the result.
///   - kernel: how many steps a window takes.
///   - stride: the distance between windows.
///   - dilation: the distance between taps.
///   - groups: how many parts the channels are split into; as many as channels make a depthwise convolution.
/// - Returns: [batch, windows, filters].
public func convolution1D(
  _ x: Tensor, _ filters: Int, kernel: Int, in scope: Scope, stride: Int = 1, padding: SequencePadding = .valid,
  dilation: Int = 1, groups: Int = 1, bias: Bool = true, weights: Initializer = .glorotUniform,
  biases: Initializer = .zeros, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    guard x.isSequence(for: "convolution1D", file, line), x.takes(filters: filters, for: "convolution1D", file, line)
    else { return Tensor(x.graph, .poison) }
    let rows = expandDims(x, axis: 1)
    let shape: Shape = [kernel, x.extent(-1) / Swift.max(groups, 1), filters]
    let window = padding.ofRow(reach: (kernel - 1) * dilation + 1)
    let geometry = WindowGeometry(
      [1, kernel], over: [1, x.extent(1)], strides: [1, stride], dilation: [1, dilation], padding: window)
    let op = Convolution(geometry: geometry, groups: groups)
    let types = [rows.type, TensorType(x.dtype, Shape([1] + shape.extents))]
    guard x.takes(op, types, for: "convolution1D", file, line) else { return Tensor(x.graph, .poison) }
    let filter = scope.parameter("filter", shape, weights, dtype: x.dtype)
    let y = convolution(
      rows, expandDims(filter, axis: 0), strides: [1, stride], padding: window, dilation: [1, dilation],
      groups: groups)
    if y.isPoisoned { return y }
    let sequences = squeeze(y, axes: [1])
    return bias ? sequences + scope.parameter("bias", [filters], biases, dtype: x.dtype) : sequences
  }
}

/// The gradient of a convolution of sequences in its input, as a layer that makes sequences longer; plus a bias.
///
/// As ``transposedConvolution2D(_:_:kernel:in:strides:padding:outputPadding:dilation:groups:bias:layout:weights:biases:file:line:)``
/// along one axis. Parameters are `filter` [kernel, filters / groups, channels] and `bias` [filters] of the scope, of the
/// type of `x`. PyTorch keeps the filter as [channels, filters / groups, kernel].
///
/// - Parameters:
///   - x: [batch, steps, channels], float.
///   - filters: the channels of the result.
///   - kernel: how many steps a window takes.
///   - stride: how many steps apart neighbours of `x` come to lie.
///   - padding: that of the convolution: what is cut off the result.
///   - outputPadding: steps added at the end, less than the stride; none with `.same`.
///   - dilation: the distance between taps.
///   - groups: how many parts the channels are split into.
/// - Returns: [batch, steps, filters].
public func transposedConvolution1D(
  _ x: Tensor, _ filters: Int, kernel: Int, in scope: Scope, stride: Int = 1, padding: SequencePadding = .valid,
  outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1, bias: Bool = true,
  weights: Initializer = .glorotUniform, biases: Initializer = .zeros, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    guard x.isSequence(for: "transposedConvolution1D", file, line) else { return Tensor(x.graph, .poison) }
    let transposed = TransposedConvolution(
      x, rows: expandDims(x, axis: 1), filters: filters, kernel: [1, kernel], strides: [1, stride],
      padding: padding.ofRow(reach: (kernel - 1) * dilation + 1), outputPadding: [0, outputPadding],
      dilation: [1, dilation], groups: groups, for: "transposedConvolution1D", file, line)
    guard let transposed else { return Tensor(x.graph, .poison) }
    let shape = Shape(Array(transposed.filter.extents.dropFirst()))
    let filter = scope.parameter("filter", shape, weights, dtype: x.dtype)
    let y = transposed(expandDims(filter, axis: 0))
    if y.isPoisoned { return y }
    let sequences = squeeze(y, axes: [1])
    return bias ? sequences + scope.parameter("bias", [filters], biases, dtype: x.dtype) : sequences
  }
}
