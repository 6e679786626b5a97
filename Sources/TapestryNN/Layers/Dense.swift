import TapestryCore
public import TapestryGraph

/// A fully connected layer: `x` times a weight matrix, plus a bias.
///
/// Parameters are `weight` [features, units] and `bias` [units] of the scope, of the type of `x`. PyTorch keeps the
/// weight as [units, features].
///
/// - Parameters:
///   - x: [..., features], float, with at least two axes.
///   - units: the extent of the result's last axis, 1 or more.
///   - scope: where the parameters live; the same scope shares them.
///   - bias: whether there is a bias.
///   - weights: how the weight matrix starts.
///   - biases: how the bias starts.
/// - Returns: [..., units]. What does not fit is a diagnostic.
public func dense(
  _ x: Tensor, _ units: Int, in scope: Scope, bias: Bool = true, weights: Initializer = .glorotUniform,
  biases: Initializer = .zeros, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "dense", file, line) else { return Tensor(x.graph, .poison) }
  let (shape, dtype) = (x.shape, x.dtype)
  guard shape.rank >= 2, units >= 1 else {
    let fault =
      units < 1
      ? OpFault(.invalidAttribute, "\(units) units", remedy: "give 1 or more")
      : OpFault(
        .shapeMismatch, shape.rank == 0 ? "a scalar has no features" : "a vector has no batch axis",
        remedy:
          "give [batch, features]: `x.reshape([\(shape.rank == 0 ? "1" : "-1"), 1])` for one feature of each example"
          + (shape.rank == 0 ? "" : ", `expandDims(x, axis: 0)` for one example"))
    return x.graph.refuse("dense of \(x.type)", fault, at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    let weight = scope.parameter("weight", [x.extent(-1), units], weights, dtype: dtype)
    var y: Tensor
    if shape.rank == 2 {
      y = dot(x, weight)
    } else {
      let lead = Array(shape.extents.dropLast())
      y = dot(x.reshape([Shape(lead).count, x.extent(-1)]), weight).reshape(Shape(lead + [units]))
    }
    if bias { y = y + scope.parameter("bias", [units], biases, dtype: dtype) }
    return y
  }
}
