public import TapestryCompiler
import TapestryCore
public import TapestryGraph

// In training each channel is normalised by the mean and variance of the batch, and the running ones move towards them:
//
//     y = scale (x - mean) / sqrt(variance + epsilon) + offset
//     running ← (1 - momentum) running + momentum batch
//
// In evaluation the running ones are used and stay. As in PyTorch the batch is normalised by the variance that divides
// by n, while the running variance gathers the unbiased one, that divides by n - 1. PyTorch's momentum is the weight of
// the new; Keras's `momentum` is 1 - that.
// Source: S. Ioffe and C. Szegedy, Batch Normalization, 2015.

/// Each channel with mean 0 and variance 1 over the batch and all axes between, then scaled and shifted.
///
/// Parameters are `scale` and `offset` [channels] of the scope; running statistics are the state `mean` and `variance`
/// [channels], read in evaluation and moved at each call in training. The mode is given, not guessed: a program passes
/// its own, `t.mode`, and a part that is frozen passes `.evaluation`.
///
/// - Parameters:
///   - x: [batch, ..., channels], or images as `layout` says. Float. A batch of one number a channel has no unbiased
///     variance: the running variance stays as it is, where PyTorch refuses the batch.
///   - mode: whether the statistics are those of the batch or the running ones.
///   - momentum: the weight of the batch in the running statistics.
///   - epsilon: added to the variance, inside the root.
/// - Returns: the shape of `x`.
public func batchNormalization(
  _ x: Tensor, in scope: Scope, mode: TracingMode, momentum: Double = 0.1, epsilon: Double = 1e-5,
  layout: ImageLayout = .nhwc, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "batchNormalization", file, line) else { return Tensor(x.graph, .poison) }
  guard x.rank >= 2, (0...1).contains(momentum), epsilon >= 0 else {
    let fault =
      x.rank < 2
      ? OpFault(.shapeMismatch, "it has no axes of batch and channels", remedy: "give [batch, ..., channels]")
      : OpFault(
        .invalidAttribute, "the momentum is \(momentum) and epsilon \(epsilon)",
        remedy: "give a momentum in 0 ... 1 and an epsilon of 0 or more")
    return x.graph.refuse("batchNormalization of \(x.type)", fault, at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let (channels, dtype) = (x.extent(-1), x.dtype)
      let scale = scope.parameter("scale", [channels], .ones, dtype: dtype)
      let offset = scope.parameter("offset", [channels], .zeros, dtype: dtype)
      let running = (
        mean: scope.state("mean", [channels], .zeros, dtype: dtype),
        variance: scope.state("variance", [channels], .ones, dtype: dtype)
      )
      guard mode == .training else {
        return batchNormalization(
          x, mean: running.mean, variance: running.variance, scale: scale, offset: offset, epsilon: epsilon)
      }
      let batch = batchStatistics(x)
      let count = Double(x.shape.count / Swift.max(channels, 1))
      scope.assign("mean", running.mean * (1 - momentum) + stopGradient(batch.mean) * momentum)
      if count > 1 {
        let unbiased = batch.variance * (count / (count - 1))
        scope.assign("variance", running.variance * (1 - momentum) + stopGradient(unbiased) * momentum)
      }
      return batchNormalization(
        x, mean: batch.mean, variance: batch.variance, scale: scale, offset: offset, epsilon: epsilon)
    }
  }
}
