import TapestryCore
public import TapestryGraph

/// The mean of |x - target|; the gradient is 0 where they are equal. The two have one float type; the target broadcasts
/// to `x`.
///
/// - Parameter mask: bool, true where an element counts; it broadcasts to `x`.
public func meanAbsoluteError(
  _ x: Tensor, _ target: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takes(target, mask: mask, for: "meanAbsoluteError", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) { reduction(abs(x - target), mask: mask) }
}

/// Half the square of x - target where it is small, and linear from `delta` on: `delta (|x - target| - delta / 2)`.
///
/// The two have one float type; the target broadcasts to `x` (P. Huber, Robust Estimation of a Location Parameter,
/// 1964). It is PyTorch's `huber_loss`; its `smooth_l1_loss` is this divided by `delta`.
///
/// - Parameters:
///   - delta: where it turns linear, above 0; another is a diagnostic.
///   - mask: bool, true where an element counts; it broadcasts to `x`.
public func huberLoss(
  _ x: Tensor, _ target: Tensor, delta: Double = 1, mask: Tensor? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takes(target, mask: mask, for: "huberLoss", file, line) else { return Tensor(x.graph, .poison) }
  guard delta > 0, delta.isFinite else {
    return x.graph.refuse(
      "huberLoss of \(x.type) and \(target.type)",
      OpFault(.invalidAttribute, "delta is \(delta)", remedy: "give a number above 0"), at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    let distance = x - target
    let size = abs(distance)
    return reduction(select(size .<= delta, square(distance) * 0.5, (size - delta / 2) * delta), mask: mask)
  }
}

/// How far a score is from being on the right side of 1: `max(0, 1 - sign x)`, for classes that are -1 and 1.
///
/// The two have one float type; the signs broadcast to `x` (C. Cortes and V. Vapnik, Support-Vector Networks, 1995); the
/// gradient at the corner is 0. PyTorch's `hinge_embedding_loss` is another function.
///
/// - Parameter mask: bool, true where an element counts; it broadcasts to `x`.
public func hingeLoss(
  _ x: Tensor, _ signs: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takes(signs, as: "tensor of signs", mask: mask, for: "hingeLoss", file, line) else {
    return Tensor(x.graph, .poison)
  }
  return x.graph.located(file, line) { reduction(relu(1 - signs * x), mask: mask) }
}
