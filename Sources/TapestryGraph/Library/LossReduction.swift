package import TapestryCore

/// How a loss of each example becomes one.
public enum LossReduction: Sendable {
  /// The mean of all elements; of those a mask lets through, where there is one.
  case mean
  /// The sum of all elements.
  case sum
  /// The losses as they are; 0 where a mask is false.
  case none

  /// The losses as one, or as they are.
  ///
  /// - Parameters:
  ///   - mask: true where a loss counts; it broadcasts to the losses, and was checked.
  ///   - weights: what each loss was multiplied by, where the mean is that of so many examples; of the losses' shape.
  package func callAsFunction(_ losses: Tensor, mask: Tensor? = nil, weights: Tensor? = nil) -> Tensor {
    let counted = mask.map { select($0, losses, 0) } ?? losses
    switch self {
    case .none: return counted
    case .sum: return TapestryGraph.sum(counted)
    case .mean:
      if mask == nil, weights == nil { return TapestryGraph.mean(losses) }
      let all = weights ?? losses.filled(with: 1)
      let total = TapestryGraph.sum(mask.map { select($0, all, 0) } ?? all)
      // Of no example the loss is 0, not 0 / 0.
      return TapestryGraph.sum(counted) / select(total .> 0, total, 1)
    }
  }
}

extension Tensor {
  /// Whether a loss takes this and a target, and a mask for losses of this shape; otherwise a diagnostic, none for
  /// poisoned operands.
  ///
  /// A target that would make the losses larger, as [n] beside [n, 1] does, is a slip that nobody would notice.
  ///
  /// - Parameter role: what the target is called.
  package func takes(
    _ target: Tensor, as role: String = "target", mask: Tensor? = nil, for function: String, _ file: StaticString,
    _ line: UInt
  ) -> Bool {
    if target.isPoisoned { return false }
    guard isFloat(for: function, file, line) else { return false }
    let (own, other) = (type, target.type)
    let fault: OpFault? =
      if other.dtype != own.dtype {
        OpFault(
          .dtypeMismatch, "\(own.dtype) and \(other.dtype) do not mix",
          remedy: "cast the \(role): `cast(x, to: .\(own.dtype))`")
      } else if own.shape.broadcast(with: other.shape) != own.shape {
        OpFault(
          .shapeMismatch, "the \(role) does not broadcast to \(own.shape)",
          remedy: "reshape the \(role): `x.reshape(\(own.shape))`")
      } else {
        nil
      }
    if let fault {
      _ = graph.refuse("\(function) of \(own) and \(other)", fault, at: SourcePlace(file, line))
      return false
    }
    return takesMask(mask, of: own.shape, for: function, file, line)
  }

  /// Whether a mask fits losses of a shape; otherwise a diagnostic.
  package func takesMask(
    _ mask: Tensor?, of shape: Shape, for function: String, _ file: StaticString, _ line: UInt
  ) -> Bool {
    guard let mask else { return true }
    if mask.isPoisoned { return false }
    if mask.dtype == .bool, mask.shape.broadcast(with: shape) == shape { return true }
    _ = graph.refuse(
      "\(function) of \(type)",
      OpFault(
        .shapeMismatch, "the mask is \(mask.type), the losses have shape \(shape)",
        remedy: "give a bool mask that broadcasts to them, true where a loss counts"), at: SourcePlace(file, line))
    return false
  }
}
