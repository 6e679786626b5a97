import TapestryCore
public import TapestryGraph

// An encoder gives for each example the mean and the logarithm of the variance of a normal distribution of codes; a code
// is drawn from it and decoded. The draw is written as
//
//     code = mean + exp(logVariance / 2) noise,      noise normal with mean 0 and variance 1,
//
// so that gradients reach mean and variance while the noise is a counter-based random number that depends on neither. The
// loss, the negative evidence lower bound, is the cross-entropy of the reconstruction plus the divergence of the
// distribution of codes from the standard normal one: -1/2 sum(1 + logVariance - mean² - exp(logVariance)).
// Source: D. Kingma and M. Welling, Auto-Encoding Variational Bayes, 2014, sections 2.4 and 3, appendix B.

/// What a variational autoencoder gives.
public struct VariationalResult: Sendable {
  /// The mean of each example's codes, [batch, code].
  public let mean: Tensor
  /// The logarithm of their variance, [batch, code].
  public let logVariance: Tensor
  /// The code drawn, [batch, code].
  public let code: Tensor
  /// What the decoder makes of it, logits in the shape of the input.
  public let logits: Tensor
}

/// A variational autoencoder of dense layers.
///
/// Parameters, of the scope: the dense layers `encoder/layer0`, ..., the dense layers `mean` and `logVariance`, and the
/// decoder's layers, which ``variationalDecoder(_:widths:features:in:file:line:activation:)`` shares.
///
/// - Parameters:
///   - x: [batch, features], float, in 0 ... 1.
///   - widths: the units of the encoder's hidden layers; the decoder has them backwards.
///   - units: the extent of a code.
///   - noise: [batch, code] to draw the code by; random by default, from the scope. Zeros give the mean, as suits an
///     evaluation.
///   - scope: where the parameters live; the same scope shares them.
///   - activation: what follows each hidden layer.
public func variationalAutoencoder(
  _ x: Tensor, widths: [Int] = [128], code units: Int = 16, noise: Tensor? = nil, in scope: Scope,
  file: StaticString = #fileID, line: UInt = #line, activation: (Tensor) -> Tensor = { relu($0) }
) -> VariationalResult {
  x.graph.located(file, line) {
    let hidden = widths.isEmpty ? x : activation(mlp(x, widths: widths, in: scope("encoder"), activation: activation))
    let mean = dense(hidden, units, in: scope("mean"))
    let logVariance = dense(hidden, units, in: scope("logVariance"))
    let drawn = noise ?? (mean.isPoisoned ? mean : randomNormal(mean.shape, mean.dtype, from: scope))
    let code = mean + exp(logVariance * 0.5) * drawn
    let features = x.isPoisoned ? 1 : x.extent(-1)
    let logits = variationalDecoder(code, widths: widths, features: features, in: scope, activation: activation)
    return VariationalResult(mean: mean, logVariance: logVariance, code: code, logits: logits)
  }
}

/// The decoder of a variational autoencoder: from codes, drawn from a standard normal distribution, new examples.
///
/// - Parameters:
///   - code: [batch, code], float.
///   - widths: the encoder's, which come backwards here.
///   - features: the extent of an example.
///   - scope: the scope of the autoencoder, where `decoder/layer0`, ... live.
/// - Returns: logits [batch, features], of which `sigmoid` makes values in 0 ... 1.
public func variationalDecoder(
  _ code: Tensor, widths: [Int] = [128], features: Int, in scope: Scope, file: StaticString = #fileID,
  line: UInt = #line, activation: (Tensor) -> Tensor = { relu($0) }
) -> Tensor {
  code.graph.located(file, line) {
    mlp(code, widths: widths.reversed() + [features], in: scope("decoder"), activation: activation)
  }
}

/// The loss of a variational autoencoder: the mean over examples of the cross-entropy of the reconstruction, summed over
/// features, plus the divergence of its codes.
///
/// - Parameters:
///   - result: what the autoencoder gave for `x`.
///   - x: [batch, features], float, in 0 ... 1.
///   - weight: what the divergence counts; 1 is the paper's, another that of a beta-VAE (I. Higgins et al., 2017).
public func variationalLoss(
  _ result: VariationalResult, _ x: Tensor, divergence weight: Double = 1, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    let reconstruction = sum(sigmoidCrossEntropy(result.logits, x, reduction: .none), over: [-1])
    return mean(reconstruction + weight * normalDivergence(result.mean, logVariance: result.logVariance))
  }
}

/// How much normal distributions of independent components differ from the standard one: the Kullback-Leibler divergence
/// `-1/2 sum(1 + logVariance - mean² - exp(logVariance))` over the last axis.
///
/// - Parameters:
///   - mean: [..., components], float.
///   - logVariance: of that type and shape.
/// - Returns: [...], 0 or more.
public func normalDivergence(
  _ mean: Tensor, logVariance: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  mean.graph.located(file, line) {
    // expm1 keeps the digits that exp(v) - 1 loses near 0, where training drives the variance.
    -0.5 * sum(logVariance - expm1(logVariance) - square(mean), over: [-1])
  }
}
