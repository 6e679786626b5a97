import TapestryCore
public import TapestryGraph

// A transposed convolution is the gradient of a convolution in its input: it takes images of the size the convolution
// gives and makes images of the size it takes. Many sizes lead to the same one under strides, so one is chosen:
//
//     valid      (extent - 1) stride + (kernel - 1) dilation + 1
//     same       extent stride
//     explicit   as valid, less the padding, plus `outputPadding`
//
// The first and the last are PyTorch's ConvTranspose2d, the second is that of Keras.
// Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, 2016.

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
///   - outputPadding: places added at the bottom and at the right, each below its stride; not with `.same`.
///   - groups: how many parts the channels are split into.
/// - Returns: [batch, height, width, filters], or as `layout` says.
public func transposedConvolution2D(
  _ x: Tensor, _ filters: Int, kernel: [Int], in scope: Scope, strides: [Int] = [1, 1],
  padding: WindowPadding = .valid, outputPadding: [Int] = [0, 0], dilation: [Int] = [1, 1], groups: Int = 1,
  bias: Bool = true, layout: ImageLayout = .nhwc, weights: Initializer = .glorotUniform,
  biases: Initializer = .zeros, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  let place = SourcePlace(file, line)
  let pairs = [kernel, strides, dilation, outputPadding]
  let counts = kernel + strides + dilation + [groups]
  guard x.rank == 4, pairs.allSatisfy({ $0.count == 2 }), counts.allSatisfy({ $0 > 0 }), filters % groups == 0 else {
    return x.graph.refuse(
      "transposedConvolution2D of \(x.type)",
      OpFault(
        .invalidAttribute,
        "\(filters) filters in \(groups) groups, kernel \(kernel), strides \(strides) or dilation \(dilation) do not fit",
        remedy: "give images of 4 axes, two numbers of 1 or more for height and width, and groups that divide filters"),
      at: place)
  }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let filter = scope.parameter(
        "filter", Shape(kernel + [filters / groups, x.extent(-1)]), weights, dtype: x.dtype)
      let window = TransposedWindow(
        extents: [x.extent(1), x.extent(2)], kernel: kernel, strides: strides, padding: padding,
        outputPadding: outputPadding, dilation: dilation)
      let geometry = WindowGeometry(
        extents: kernel, strides: strides, dilation: dilation, low: window.low, high: window.high)
      let y = x.graph.record(
        ConvolutionInputGradient(geometry: geometry, groups: groups, image: window.image), [x, filter], at: place)[0]
      return bias ? y + scope.parameter("bias", [filters], biases, dtype: x.dtype) : y
    }
  }
}

/// The size of what a transposed convolution makes, and the padding of the convolution it transposes.
private struct TransposedWindow {
  var image: [Int] = []
  var low = [0, 0]
  var high = [0, 0]

  init(
    extents: [Int], kernel: [Int], strides: [Int], padding: WindowPadding, outputPadding: [Int], dilation: [Int]
  ) {
    let reaches = [0, 1].map { (kernel[$0] - 1) * dilation[$0] + 1 }
    switch padding {
    case .valid: break
    case .explicit(let top, let bottom, let left, let right): (low, high) = ([top, left], [bottom, right])
    case .same:
      image = [0, 1].map { extents[$0] * strides[$0] }
      for axis in 0..<2 {
        let needed = Swift.max((extents[axis] - 1) * strides[axis] + reaches[axis] - image[axis], 0)
        (low[axis], high[axis]) = (needed / 2, needed - needed / 2)
      }
      return
    }
    image = [0, 1].map {
      (extents[$0] - 1) * strides[$0] + reaches[$0] - low[$0] - high[$0] + outputPadding[$0]
    }
  }
}
