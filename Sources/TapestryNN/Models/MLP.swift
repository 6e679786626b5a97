import TapestryCore
public import TapestryGraph

/// A multilayer perceptron: dense layers one after the other, with an activation between them and none after the last.
///
/// (D. Rumelhart, G. Hinton, R. Williams, Learning representations by back-propagating errors, 1986.) Parameters are
/// those of the dense layers `layer0`, `layer1`, ... of the scope. What comes out are logits: a loss from logits or a
/// softmax follows.
///
/// - Parameters:
///   - x: [..., features], float, with at least two axes; `flatten` makes one axis of an image.
///   - widths: the units of each layer, the last ones those of the result. None is a diagnostic.
///   - scope: where the parameters live; the same scope shares them.
///   - rate: the share of units dropped after each activation; give 0 in evaluation.
///   - weights: how the weight matrices start; biases start at zero.
///   - activation: what is between the layers.
/// - Returns: [..., last width].
public func mlp(
  _ x: Tensor, widths: [Int], in scope: Scope, dropping rate: Double = 0, weights: Initializer = .glorotUniform,
  file: StaticString = #fileID, line: UInt = #line, activation: (Tensor) -> Tensor = { relu($0) }
) -> Tensor {
  guard !widths.isEmpty else {
    return x.graph.refuse(
      "mlp of \(x.type)",
      OpFault(.invalidAttribute, "it has no layers", remedy: "give the units of each layer in `widths`"),
      at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    var y = x
    for (layer, width) in widths.enumerated() {
      if layer > 0 { y = dropout(activation(y), rate: rate, from: scope) }
      y = dense(y, width, in: scope("layer\(layer)"), weights: weights)
    }
    return y
  }
}
