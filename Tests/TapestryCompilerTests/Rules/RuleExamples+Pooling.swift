import TapestryCore
import TapestryGraph

extension Graph {
  /// A convolution of an image of 6 x 7 with a bias: 5 x 6, of which windows of 2 leave out a row, those of 4 two columns.
  fileprivate func convolved(_ image: Tensor) -> Tensor {
    convolution(image, input("f", [2, 2, 1, 2])) + input("b", [2])
  }
  fileprivate var image: Tensor { input("image", [1, 6, 7, 1]) }

  /// The gradient of a pool in what it pools, which is made of a tensor that the gradient is taken in.
  fileprivate func poolGradient(_ x: Tensor, window: [Int], strides: [Int]? = nil) -> Tensor {
    let pooled = maxPool(x, window: window, strides: strides)
    return gradient(of: sum(pooled * input("g", pooled.shape)), in: x)
  }
}

extension RuleExample {
  static let pooling: [RuleExample] = [
    RuleExample("what a relu lets through of a pool's gradient is asked of the windows") { g in
      let x = g.input("x", [1, 4, 4, 2])
      let pooled = maxPool(relu(x), window: [2, 2])
      return gradient(of: sum(pooled * g.input("g", pooled.shape)), in: x)
    },
    RuleExample("what a relu lets through of a pool's gradient is asked of the windows") { g in
      let x = g.input("x", [1, 5, 4, 1])
      let pooled = maxPool(relu(x), window: [3, 2], strides: [1, 1], padding: .same)
      return gradient(of: sum(pooled * g.input("g", pooled.shape)), in: x)
    },
    RuleExample("the sum of a pool's gradient is the sum over its windows") { g in
      sum(g.poolGradient(g.input("x", [2, 5, 4, 2]), window: [2, 3], strides: [2, 1]), over: [0, 1, 2])
    },
    RuleExample("a max pool's image ends where its windows do") { g in
      maxPool(relu(g.convolved(g.image)), window: [2, 4])
    },
    RuleExample("a max pool's image ends where its windows do") { g in
      let filter = g.input("f", [2, 3, 1, 2])
      return maxPool(
        convolution(g.image, filter, strides: [2, 1], padding: .same, dilation: [1, 2]), window: [2, 2])
    },
    RuleExample("a sum pool's image ends where its windows do") { g in
      averagePool(g.convolved(g.image), window: [2, 4])
    },
    RuleExample("a filter's gradient takes what a pool's windows reach") { g in
      let filter = g.input("f", [2, 2, 1, 2])
      let y = convolution(g.image, filter, padding: .explicit(top: 1, bottom: 0, left: 0, right: 1))
      let pooled = maxPool(y, window: [4, 4])
      return gradient(of: sum(pooled * g.input("g", pooled.shape)), in: filter)
    },
    RuleExample("a gradient in an image that one window fills is a product") { g in
      let (x, filter) = (g.input("image", [2, 3, 2, 2]), g.input("f", [3, 2, 2, 4]))
      return gradient(of: sum(convolution(x, filter) * g.input("g", [2, 1, 1, 4])), in: x)
    },
    RuleExample("an input's gradient takes what a pool's windows reach") { g in
      let image = g.image
      let pooled = maxPool(g.convolved(image), window: [2, 4])
      return gradient(of: sum(pooled * g.input("g", pooled.shape)), in: image)
    },
  ]
}
