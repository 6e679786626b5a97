import TapestryCore
import TapestryGraph

/// Convolutions that are products.
///
/// A transposed convolution of one place spreads it over the window, as the first layer of a generator does: each place
/// of the result takes one tap, so it is the product of the place with the filter as a matrix.
enum ConvolutionRules {
  static let all: [Rule] = [
    Rule("a gradient in an image that one window fills is a product", on: ConvolutionInputGradient.self, .exact) { m in
      let (cotangent, filter) = (m.type(0).shape, m.type(1).shape)
      let geometry = m.op.geometry
      guard m.op.groups == 1, cotangent[1] == 1, cotangent[2] == 1, m.op.image == geometry.extents,
        geometry.low == [0, 0], geometry.dilation == [1, 1], m.shape.count > 0, cotangent[3] > 0
      else { return nil }
      let matrix = m[1].reshape([filter[0] * filter[1] * filter[2], filter[3]])
      return dot(m[0].reshape([cotangent[0], cotangent[3]]), matrix.transpose()).reshape(m.shape)
    }
  ]
}
