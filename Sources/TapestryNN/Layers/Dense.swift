import TapestryCore
public import TapestryGraph

/// A fully connected layer: `x` times a weight matrix, plus a bias.
///
/// Parameters are `weight` [features, units] and `bias` [units] of the scope, of the type of `x`.
///
/// - Parameters:
///   - x: [..., features], float, with at least two axes.
///   - units: the extent of the result's last axis.
///   - scope: where the parameters live; the same scope shares them.
///   - bias: whether there is a bias.
///   - weights: how the weight matrix starts.
///   - biases: how the bias starts.
/// - Returns: [..., units].
public func dense(
  _ x: Tensor, _ units: Int, in scope: Scope, bias: Bool = true, weights: Initializer = .glorotUniform,
  biases: Initializer = .zeros, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  return x.graph.located(file, line) {
    let (shape, dtype) = (x.shape, x.dtype)
    let weight = scope.parameter("weight", [x.extent(-1), units], weights, dtype: dtype)
    var y: Tensor
    if shape.rank <= 2 {
      y = dot(x, weight)
    } else {
      let lead = Array(shape.extents.dropLast())
      y = dot(x.reshape([Shape(lead).count, x.extent(-1)]), weight).reshape(Shape(lead + [units]))
    }
    if bias { y = y + scope.parameter("bias", [units], biases, dtype: dtype) }
    return y
  }
}
