public import TapestryCompiler
import TapestryCore
public import TapestryGraph

/// In training each element 0 with probability `rate`, else divided by 1 - rate, so that the mean stays; in evaluation
/// the tensor as it is.
///
/// (N. Srivastava et al., Dropout, 2014.) The mode is given, not guessed: a program passes its own, `t.mode`. Without a
/// mode, `dropout(_:rate:from:)` always drops.
///
/// - Parameters:
///   - x: any shape, float.
///   - rate: from 0 up to, not including, 1; another is a diagnostic, in both modes.
///   - scope: whose random numbers are drawn: each call draws its own, and each run others.
///   - mode: whether elements are dropped.
///   - shared: axes along which elements are dropped or kept together, such as `[1, 2]` for whole channels of images
///     [batch, height, width, channels], Keras's SpatialDropout2D and PyTorch's Dropout2d.
/// - Returns: the shape of `x`.
public func dropout(
  _ x: Tensor, rate: Double, in scope: Scope, mode: TracingMode, sharedAlong shared: [Int] = [],
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takesDropout(rate, file, line) else { return Tensor(x.graph, .poison) }
  var extents = x.shape.extents
  for axis in shared {
    guard let counted = x.checked(axis, of: "dropout", file, line) else { return Tensor(x.graph, .poison) }
    extents[counted] = 1
  }
  if mode == .evaluation { return x }
  return x.graph.located(file, line) {
    if shared.isEmpty { return dropout(x, rate: rate, from: scope) }
    return x * dropout(x.scalar(1).broadcast(to: Shape(extents)), rate: rate, from: scope)
  }
}
