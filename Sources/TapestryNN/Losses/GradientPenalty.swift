import TapestryCore
public import TapestryGraph

// A critic is 1-Lipschitz where its gradient has norm 1 or less. The penalty asks for norm 1 at points drawn between a
// real and a made example:
//
//     x = mix real + (1 - mix) fake        penalty = factor mean over examples of (|d critic(x) / dx| - 1)²
//
// The gradient is taken of the sum of all scores, since the score of one example depends on that example alone. It is
// graph like everything else, so minimizing the penalty differentiates it a second time. That assumption fails for a
// critic with batch normalisation, whose scores depend on the whole batch; layer normalisation is what the paper uses.
// The norm has no slope at 0, where the gradient of the penalty is 0, as PyTorch's is.
// Source: I. Gulrajani et al., Improved Training of Wasserstein GANs, 2017, algorithm 1.

/// What a critic pays for slopes other than 1 between real and made examples.
///
/// - Parameters:
///   - real: real examples [batch, ...], float.
///   - fake: made ones of that type and shape.
///   - mix: where between them each example is looked at, in 0...1: [batch], of their type. Usually
///     `randomUniform([batch], from: scope)`.
///   - factor: what the penalty is multiplied by.
///   - critic: scores a batch; called once. Scores may have any shape.
/// - Returns: a scalar. Examples or a mix of other types are diagnostics.
public func gradientPenalty(
  real: Tensor, fake: Tensor, mix: Tensor, factor: Double = 10, file: StaticString = #fileID, line: UInt = #line,
  critic: (Tensor) -> Tensor
) -> Tensor {
  let graph = real.graph
  if [real, fake, mix].contains(where: \.isPoisoned) { return Tensor(graph, .poison) }
  let wanted = TensorType(real.dtype, [real.extent(0)])
  guard real.rank > 0, real.dtype.isFloat, fake.type == real.type, mix.type == wanted else {
    return graph.refuse(
      "gradientPenalty of \(real.type) and \(fake.type)",
      OpFault(
        .shapeMismatch, "real and made examples differ, or the mix \(mix.type) is not one number for each",
        remedy: "give float examples [batch, ...] of one type and a mix of \(wanted)"),
      at: SourcePlace(file, line))
  }
  let points = graph.located(file, line) {
    let share = mix.reshape(Shape([real.extent(0)] + [Int](repeating: 1, count: real.rank - 1)))
    return share * real + (1 - share) * fake
  }
  let scores = critic(points)
  if scores.isPoisoned { return scores }
  return graph.located(file, line) {
    let slopes = gradient(of: sum(scores), in: points, file: file, line: line)
    let norms = l2Norm(slopes.reshape([real.extent(0), real.shape.count / max(real.extent(0), 1)]), over: [1])
    return mean(square(norms - 1)) * factor
  }
}
