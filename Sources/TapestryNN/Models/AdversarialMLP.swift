import TapestryCore
public import TapestryGraph

/// A generator of dense layers: noise through hidden layers with leaky ReLU to numbers in (-1, 1).
///
/// By default 64-256-512-784 for noise of 64, which makes images of 28 by 28. Parameters are those of the dense layers
/// `layer0`, `layer1`, ... of the scope.
///
/// - Parameters:
///   - noise: [batch, features], float.
///   - outputs: how many numbers an example has.
///   - hidden: the units of the hidden layers, in order.
///   - slope: that of the leaky ReLU below 0.
///   - scope: where the parameters live; the same scope shares them.
/// - Returns: [batch, outputs], after a tanh.
public func mlpGenerator(
  _ noise: Tensor, outputs: Int = 784, hidden: [Int] = [256, 512], slope: Double = 0.2, in scope: Scope,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  noise.graph.located(file, line) {
    tanh(mlp(noise, widths: hidden + [outputs], in: scope) { leakyRelu($0, slope: slope) })
  }
}

/// A discriminator or critic of dense layers: an example through hidden layers with leaky ReLU to one score.
///
/// By default 784-512-256-1 for images of 28 by 28. Parameters are those of the dense layers `layer0`, `layer1`, ...
/// and `output` of the scope.
///
/// - Parameters:
///   - x: [batch, ...], float; all axes but the first are flattened.
///   - hidden: the units of the hidden layers, in order; at least one.
///   - slope: that of the leaky ReLU below 0.
///   - bias: whether the score has a bias. A critic has no use for one: it cancels between real and made examples.
///   - scope: where the parameters live; the same scope shares them.
/// - Returns: scores [batch, 1]: logits of being real, or what a critic makes of it.
public func mlpDiscriminator(
  _ x: Tensor, hidden: [Int] = [512, 256], slope: Double = 0.2, bias: Bool = true, in scope: Scope,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  return x.graph.located(file, line) {
    let last = mlp(x.rank > 2 ? flatten(x) : x, widths: hidden, in: scope) { leakyRelu($0, slope: slope) }
    return dense(leakyRelu(last, slope: slope), 1, in: scope("output"), bias: bias)
  }
}
