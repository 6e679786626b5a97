import TapestryCore
public import TapestryGraph

/// The mean of |x - target|. The two have one float type and broadcast; the gradient is 0 where they are equal.
public func meanAbsoluteError(
  _ x: Tensor, _ target: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { reduction.of(abs(x - target)) }
}

/// Half the square of x - target where it is small, and linear from `delta` on: `delta (|x - target| - delta / 2)`.
///
/// The two have one float type and broadcast (P. Huber, Robust Estimation of a Location Parameter, 1964). It is
/// PyTorch's `huber_loss`; its `smooth_l1_loss` is this divided by `delta`.
public func huberLoss(
  _ x: Tensor, _ target: Tensor, delta: Double = 1, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    let distance = x - target
    let size = abs(distance)
    return reduction.of(select(size .<= delta, square(distance) * 0.5, (size - delta / 2) * delta))
  }
}

/// How far a score is from being on the right side of 1: `max(0, 1 - sign x)`, for classes that are -1 and 1.
///
/// The two have one float type and broadcast (C. Cortes and V. Vapnik, Support-Vector Networks, 1995); the gradient at
/// the corner is 0. PyTorch's `hinge_embedding_loss` is another function.
public func hingeLoss(
  _ x: Tensor, _ signs: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { reduction.of(relu(1 - signs * x)) }
}

extension LossReduction {
  /// The losses of the examples as one, or as they are.
  func of(_ losses: Tensor) -> Tensor {
    switch self {
    case .mean: TapestryGraph.mean(losses)
    case .sum: TapestryGraph.sum(losses)
    case .none: losses
    }
  }
}
