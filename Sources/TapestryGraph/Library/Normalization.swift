import TapestryCore

/// The elements with mean 0 and variance 1 along axes (the last by default), then scaled and shifted. Float.
///
/// - Parameters:
///   - scale: a factor that broadcasts to `x`.
///   - offset: a term that broadcasts to `x`.
///   - epsilon: added to the variance.
public func layerNormalization(
  _ x: Tensor, scale: Tensor? = nil, offset: Tensor? = nil, axes: [Int] = [-1], epsilon: Double = 1e-5,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "layerNormalization", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    let distances = x - mean(x, over: axes, keepingAxes: true)
    let spread = mean(square(distances), over: axes, keepingAxes: true)
    return affine(distances * rsqrt(spread + epsilon), scale, offset)
  }
}

/// The elements less a mean, divided by the root of a variance, then scaled and shifted: the pure function of given
/// statistics. All of them broadcast to `x`. Float.
public func batchNormalization(
  _ x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor? = nil, offset: Tensor? = nil, epsilon: Double = 1e-5,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { affine((x - mean) * rsqrt(variance + epsilon), scale, offset) }
}

/// The mean and the variance of each channel, the last axis, over all other axes; the variance divides by the number of
/// elements. Float.
public func batchStatistics(
  _ x: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> (mean: Tensor, variance: Tensor) {
  let axes = Array(0..<Swift.max(x.rank - 1, 0))
  let center = mean(x, over: axes, file: file, line: line)
  // The distances are those a normalisation by this mean goes on with.
  return x.graph.located(file, line) {
    (center, center.isPoisoned ? center : spread(x - center, over: axes, keepingAxes: false, correction: 0))
  }
}

private func affine(_ x: Tensor, _ scale: Tensor?, _ offset: Tensor?) -> Tensor {
  let scaled = scale.map { x * $0 } ?? x
  return offset.map { scaled + $0 } ?? scaled
}

/// The sum of magnitudes along axes, all of them by default. Float or int32.
public func l1Norm(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { sum(abs(x), over: axes, keepingAxes: keepingAxes) }
}

/// The root of the sum of squares along axes, all of them by default; its gradient at 0 is 0. Float.
///
/// The elements are scaled by the largest, so that squares neither overflow nor vanish.
public func l2Norm(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "l2Norm", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    let top = withoutGradient(max(abs(x), over: axes, keepingAxes: true))
    let scale = select((top .> 0) .& (top .< Double.infinity), top, 1)
    let squares = sum(square(x / scale), over: axes, keepingAxes: true)
    // The root has no slope at 0; there the norm is made constant.
    let isZero = squares .== 0
    let norm = select(isZero, 0, sqrt(select(isZero, 1, squares))) * scale
    if keepingAxes || norm.isPoisoned { return norm }
    let counted = (axes ?? Array(0..<x.rank)).compactMap { x.shape.normalized(axis: $0) }
    return norm.reshape(x.shape.reducing(counted, keepingAxes: false))
  }
}
