public import TapestryCompiler
import TapestryCore
public import TapestryGraph

// The deep convolutional GAN: a generator that doubles images from a small start by transposed convolutions, and a
// discriminator that halves them by convolutions, both without pooling and with batch normalisation inside.
//
//     generator       noise → 7x7x128 → norm, relu → 14x14x64 → norm, relu → 28x28x1 → tanh
//     discriminator   28x28x1 → 14x14x64 → leaky relu → 7x7x128 → norm, leaky relu → dense 1
//
// Every kernel that doubles or halves is 4x4 with stride 2 and one place of padding, so that no overlap is uneven. The
// first layer of the discriminator and the last of the generator have no normalisation. A layer that is normalised has
// no bias unless asked for, since the normalisation takes it out again. Each call in training mode moves the running
// statistics of its scope once: in a step, the discriminator's three times.
// Source: A. Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016.

/// A generator of images by transposed convolutions.
///
/// The first makes `start` by `start` places of the noise, each further one doubles the sides, the last gives the
/// channels in (-1, 1): by default 28 by 28 of one channel. Parameters are those of the layers `block0`, `block1`, ...
/// (`filter`, then `norm/scale` and `norm/offset`, in the last `bias`) of the scope; `norm/mean` and `norm/variance`
/// are state.
///
/// - Parameters:
///   - noise: [batch, features], float.
///   - filters: the channels after each layer but the last; at least one.
///   - channels: the channels of the images.
///   - start: height and width after the first layer.
///   - bias: whether layers that are normalised have a bias, too.
///   - scope: where the parameters live; the same scope shares them.
///   - mode: whether batches are normalised by their own statistics or the running ones.
///   - weights: how the filters start.
/// - Returns: images [batch, side, side, channels], the side being `start` times 2 for each of `filters`.
public func dcganGenerator(
  _ noise: Tensor, filters: [Int] = [128, 64], channels: Int = 1, start: Int = 7, bias: Bool = false, in scope: Scope,
  mode: TracingMode,
  weights: Initializer = .normal(deviation: 0.02), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if noise.isPoisoned { return noise }
  guard noise.rank == 2, !filters.isEmpty else {
    return noise.graph.refuse(
      "dcganGenerator of \(noise.type)",
      OpFault(
        .shapeMismatch, "it is no batch of noise, or there are no filters",
        remedy: "give float [batch, features] and the channels of at least one layer"),
      at: SourcePlace(file, line))
  }
  return noise.graph.located(file, line) {
    var x = noise.reshape([noise.extent(0), 1, 1, noise.extent(1)])
    for (place, count) in (filters + [channels]).enumerated() {
      let (block, isNormalized) = (scope("block\(place)"), place < filters.count)
      x =
        place == 0
        ? transposedConvolution2D(x, count, kernel: [start, start], in: block, bias: bias, weights: weights)
        : transposedConvolution2D(
          x, count, kernel: [4, 4], in: block, strides: [2, 2], padding: halving, bias: bias || !isNormalized,
          weights: weights)
      if isNormalized { x = relu(batchNormalization(x, in: block("norm"), mode: mode)) }
    }
    return tanh(x)
  }
}

/// A discriminator of images by convolutions.
///
/// Each convolution halves the sides; a dense layer scores what is left. Parameters are those of the layers `block0`,
/// `block1`, ... (`filter`, then `norm/scale` and `norm/offset`, in the first `bias`) and `output` of the scope;
/// `norm/mean` and `norm/variance` are state.
///
/// - Parameters:
///   - images: [batch, height, width, channels], float.
///   - filters: the channels after each convolution.
///   - slope: that of the leaky ReLU below 0.
///   - bias: whether layers that are normalised have a bias, too.
///   - scope: where the parameters live; the same scope shares them.
///   - mode: whether batches are normalised by their own statistics or the running ones.
///   - weights: how the filters start.
/// - Returns: logits [batch, 1] of being real.
public func dcganDiscriminator(
  _ images: Tensor, filters: [Int] = [64, 128], slope: Double = 0.2, bias: Bool = false, in scope: Scope,
  mode: TracingMode,
  weights: Initializer = .normal(deviation: 0.02), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  images.graph.located(file, line) {
    var x = images
    for (place, count) in filters.enumerated() {
      let block = scope("block\(place)")
      x = convolution2D(
        x, count, kernel: [4, 4], in: block, strides: [2, 2], padding: halving, bias: bias || place == 0,
        weights: weights)
      if place > 0 { x = batchNormalization(x, in: block("norm"), mode: mode) }
      x = leakyRelu(x, slope: slope)
    }
    return dense(flatten(x), 1, in: scope("output"))
  }
}

/// The padding with which a 4x4 kernel of stride 2 halves an even side, and its transpose doubles one.
private let halving = WindowPadding.explicit(top: 1, bottom: 1, left: 1, right: 1)
