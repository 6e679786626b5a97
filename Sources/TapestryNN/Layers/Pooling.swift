import TapestryCore
public import TapestryGraph

/// The largest element of each window over images of a layout. Float.
///
/// As `maxPool` without a layout, which takes NHWC.
public func maxPool(
  _ x: Tensor, window: [Int], strides: [Int]? = nil, padding: WindowPadding = .valid, dilation: [Int] = [1, 1],
  layout: ImageLayout, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    layout.apply(x) { maxPool($0, window: window, strides: strides, padding: padding, dilation: dilation) }
  }
}

/// The mean of each window over images of a layout. Float.
///
/// As `averagePool` without a layout, which takes NHWC. PyTorch counts padding by default.
public func averagePool(
  _ x: Tensor, window: [Int], strides: [Int]? = nil, padding: WindowPadding = .valid, countsPadding: Bool = false,
  layout: ImageLayout, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    layout.apply(x) {
      averagePool($0, window: window, strides: strides, padding: padding, countsPadding: countsPadding)
    }
  }
}

/// The largest element of each window over sequences [batch, steps, channels]. Float.
///
/// - Parameters:
///   - window: how many steps a window takes.
///   - stride: the distance between windows; the window by default.
/// - Returns: [batch, windows, channels].
public func maxPool1D(
  _ x: Tensor, window: Int, stride: Int? = nil, padding: SequencePadding = .valid, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  x.pooled("maxPool1D", window, stride, padding, file, line) { maxPool($0, window: $1, strides: $2, padding: $3) }
}

/// The mean of each window over sequences [batch, steps, channels]. Float.
///
/// - Parameters:
///   - window: how many steps a window takes.
///   - stride: the distance between windows; the window by default.
///   - countsPadding: whether padding counts as elements that are 0, as it does in PyTorch.
/// - Returns: [batch, windows, channels].
public func averagePool1D(
  _ x: Tensor, window: Int, stride: Int? = nil, padding: SequencePadding = .valid, countsPadding: Bool = false,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.pooled("averagePool1D", window, stride, padding, file, line) {
    averagePool($0, window: $1, strides: $2, padding: $3, countsPadding: countsPadding)
  }
}

extension Tensor {
  /// Sequences pooled as images one row high.
  fileprivate func pooled(
    _ name: String, _ window: Int, _ stride: Int?, _ padding: SequencePadding, _ file: StaticString, _ line: UInt,
    _ pool: (Tensor, [Int], [Int], WindowPadding) -> Tensor
  ) -> Tensor {
    graph.located(file, line) {
      guard isSequence(for: name, file, line) else { return Tensor(graph, .poison) }
      let y = pool(expandDims(self, axis: 1), [1, window], [1, stride ?? window], padding.ofRow(reach: window))
      return y.isPoisoned ? y : squeeze(y, axes: [1])
    }
  }
}

/// The largest element of each channel: [batch, height, width, channels] to [batch, channels], and so for any number
/// of axes between. Of equal elements all share the gradient. Float.
public func globalMaxPool(
  _ x: Tensor, layout: ImageLayout = .nhwc, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.hasChannels(for: "globalMaxPool", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) { max(x, over: layout.inner(x)) }
}

/// The mean of each channel: [batch, height, width, channels] to [batch, channels], and so for any number of axes
/// between. Float.
public func globalAveragePool(
  _ x: Tensor, layout: ImageLayout = .nhwc, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.hasChannels(for: "globalAveragePool", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) { mean(x, over: layout.inner(x)) }
}

extension Tensor {
  /// Whether it is a float batch with channels; otherwise a diagnostic.
  fileprivate func hasChannels(for function: String, _ file: StaticString, _ line: UInt) -> Bool {
    guard isFloat(for: function, file, line) else { return false }
    if rank >= 2 { return true }
    _ = graph.refuse(
      "\(function) of \(type)",
      OpFault(.shapeMismatch, "it has no axes of batch and channels", remedy: "give [batch, ..., channels]"),
      at: SourcePlace(file, line))
    return false
  }
}

extension ImageLayout {
  /// The axes between batch and channels.
  fileprivate func inner(_ x: Tensor) -> [Int] {
    guard x.rank > 2 else { return [] }
    return self == .nhwc ? Array(1..<x.rank - 1) : Array(2..<x.rank)
  }
}
