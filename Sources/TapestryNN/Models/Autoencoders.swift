import TapestryCore
public import TapestryGraph

/// What an autoencoder gives.
public struct AutoencoderResult: Sendable {
  /// The short description of each example, [..., last width].
  public let code: Tensor
  /// What the decoder makes of it, in the shape of the input: logits where a sigmoid is to follow.
  public let output: Tensor
}

/// An autoencoder of dense layers: an encoder that makes each example short, and a decoder of the same layers backwards.
///
/// (G. Hinton and R. Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006.) It is trained to
/// give back its input, by `meanSquaredError` or, for values in 0 ... 1, `sigmoidCrossEntropy`. Parameters are those of
/// ``mlp(_:widths:in:dropping:weights:file:line:activation:)`` in `encoder` and `decoder` of the scope.
///
/// - Parameters:
///   - x: [..., features], float, with at least two axes.
///   - widths: the units of the encoder's layers; the last is the extent of the code.
///   - scope: where the parameters live; the same scope shares them.
///   - activation: what is between the layers.
public func autoencoder(
  _ x: Tensor, widths: [Int] = [128, 32], in scope: Scope, weights: Initializer = .glorotUniform,
  file: StaticString = #fileID, line: UInt = #line, activation: (Tensor) -> Tensor = { relu($0) }
) -> AutoencoderResult {
  x.graph.located(file, line) {
    let code = mlp(
      x, widths: widths, in: scope("encoder"), weights: weights, file: file, line: line, activation: activation)
    let back = widths.dropLast().reversed() + [x.isPoisoned ? 1 : x.extent(-1)]
    let output = mlp(code, widths: back, in: scope("decoder"), weights: weights, activation: activation)
    return AutoencoderResult(code: code, output: output)
  }
}
