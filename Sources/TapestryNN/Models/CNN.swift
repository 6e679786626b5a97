import TapestryCore
public import TapestryGraph

/// A convolutional classifier: convolutions with an activation and a maximum over windows of 2 by 2 between them, then
/// dense layers.
///
/// With the sizes given by default and images of 28 by 28 it is the usual small network for MNIST: 3 by 3 convolutions
/// of 32, 64 and 64 filters, the first two followed by pooling, and dense layers of 64 and 10. Parameters are those of
/// the convolutions `convolution0`, `convolution1`, ... and of the dense layers `layer0`, `layer1`, ... of the scope.
///
/// - Parameters:
///   - images: [batch, height, width, channels], or as `layout` says. Float.
///   - filters: the channels each convolution makes. Pooling is between them, not after the last.
///   - kernel: height and width of all filters.
///   - hidden: the units of the dense layers before the last.
///   - classes: the units of the last.
///   - scope: where the parameters live; the same scope shares them.
///   - padding: that of the convolutions.
///   - rate: the share of units dropped after each hidden dense layer; give 0 in evaluation.
///   - weights: how filters and matrices start; biases start at zero.
///   - activation: what follows each convolution and hidden layer.
/// - Returns: logits [batch, classes]. Images too small for the windows are a diagnostic.
public func cnn(
  _ images: Tensor, filters: [Int] = [32, 64, 64], kernel: Int = 3, hidden: [Int] = [64], classes: Int = 10,
  in scope: Scope, padding: WindowPadding = .valid, dropping rate: Double = 0, layout: ImageLayout = .nhwc,
  weights: Initializer = .glorotUniform, file: StaticString = #fileID, line: UInt = #line,
  activation: (Tensor) -> Tensor = { relu($0) }
) -> Tensor {
  images.graph.located(file, line) {
    let maps = convolutions(
      layout.channelsLast(images), filters, kernel, in: scope, padding, weights, poolsLast: false, activation)
    return mlp(
      flatten(maps), widths: hidden + [classes], in: scope, dropping: rate, weights: weights, activation: activation)
  }
}

/// LeNet: convolutions each followed by an activation and a maximum over windows of 2 by 2, then dense layers.
///
/// (Y. LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998, with rectifiers and the maximum as
/// it is built today.) With the sizes given by default and images of 32 by 32: 5 by 5 convolutions of 6 and 16 filters,
/// dense layers of 120, 84 and 10. Parameters are those of the convolutions `convolution0`, `convolution1` and of the
/// dense layers `layer0`, `layer1`, `layer2` of the scope.
///
/// - Parameters:
///   - images: [batch, height, width, channels], or as `layout` says. Float.
///   - filters: the channels each convolution makes.
///   - kernel: height and width of all filters.
///   - hidden: the units of the dense layers before the last.
///   - classes: the units of the last.
///   - scope: where the parameters live; the same scope shares them.
///   - padding: that of the convolutions.
///   - weights: how filters and matrices start; biases start at zero.
///   - activation: what follows each convolution and hidden layer; `{ tanh($0) }` is closer to the paper.
/// - Returns: logits [batch, classes]. Images too small for the windows are a diagnostic.
public func leNet(
  _ images: Tensor, filters: [Int] = [6, 16], kernel: Int = 5, hidden: [Int] = [120, 84], classes: Int = 10,
  in scope: Scope, padding: WindowPadding = .valid, layout: ImageLayout = .nhwc,
  weights: Initializer = .glorotUniform, file: StaticString = #fileID, line: UInt = #line,
  activation: (Tensor) -> Tensor = { relu($0) }
) -> Tensor {
  images.graph.located(file, line) {
    let maps = convolutions(
      layout.channelsLast(images), filters, kernel, in: scope, padding, weights, poolsLast: true, activation)
    return mlp(flatten(maps), widths: hidden + [classes], in: scope, weights: weights, activation: activation)
  }
}

/// Convolutions of NHWC images, each with its activation, and pooling between them or after each.
func convolutions(
  _ images: Tensor, _ filters: [Int], _ kernel: Int, in scope: Scope, _ padding: WindowPadding,
  _ weights: Initializer, poolsLast: Bool, _ activation: (Tensor) -> Tensor
) -> Tensor {
  var maps = images
  for (layer, count) in filters.enumerated() {
    maps = activation(
      convolution2D(
        maps, count, kernel: [kernel, kernel], in: scope("convolution\(layer)"), padding: padding, weights: weights))
    if poolsLast || layer < filters.count - 1 { maps = maxPool(maps, window: [2, 2]) }
  }
  return maps
}
