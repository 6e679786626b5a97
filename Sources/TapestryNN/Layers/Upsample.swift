import TapestryCore
public import TapestryGraph

// Nearest upsampling repeats each place, which is a broadcast along new axes. Bilinear upsampling is linear along
// height and along width, so it is a product with a constant matrix for each: row i of the matrix of an axis holds the
// shares of the places before and after (i + 1/2) / factor - 1/2, held within the image. These are the corners
// PyTorch and Keras call half-pixel centers (`align_corners=False`).

/// What ``upsample(_:by:method:layout:file:line:)`` puts between the places of an image.
public enum UpsampleMethod: Hashable, Sendable {
  /// The nearest place again.
  case nearest
  /// A mean of the four places around, weighted by how near they are.
  case bilinear
}

/// Images made larger by whole factors.
///
/// - Parameters:
///   - x: [batch, height, width, channels], or as `layout` says. Float.
///   - factors: for height and width, 1 or more.
/// - Returns: [batch, height times factor, width times factor, channels], or as `layout` says.
public func upsample(
  _ x: Tensor, by factors: [Int], method: UpsampleMethod = .nearest, layout: ImageLayout = .nhwc,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  guard x.rank == 4, x.dtype.isFloat, factors.count == 2, factors.allSatisfy({ $0 >= 1 }) else {
    return x.graph.refuse(
      "upsample of \(x.type)",
      OpFault(
        .invalidAttribute, "factors \(factors) do not enlarge it",
        remedy: "give float images of 4 axes and two factors of 1 or more"), at: SourcePlace(file, line))
  }
  return x.graph.located(file, line) {
    layout.apply(x) { x in
      let shape = x.shape
      switch method {
      case .nearest:
        let wide = x.reshape([shape[0], shape[1], 1, shape[2], 1, shape[3]])
          .broadcast(to: [shape[0], shape[1], factors[0], shape[2], factors[1], shape[3]])
        return wide.reshape([shape[0], shape[1] * factors[0], shape[2] * factors[1], shape[3]])
      case .bilinear:
        let down = x.graph.constant(.interpolation(shape[1], by: factors[0], x.dtype))
        let across = x.graph.constant(.interpolation(shape[2], by: factors[1], x.dtype))
        return einsum("pw,nowc->nopc", across, einsum("oh,nhwc->nowc", down, x))
      }
    }
  }
}

extension NDArray {
  /// The matrix [extent * factor, extent] of linear interpolation along an axis.
  fileprivate static func interpolation(_ extent: Int, by factor: Int, _ dtype: DType) -> NDArray {
    .filled(TensorType(dtype, [extent * factor, extent])) { place in
      let (row, column) = place.quotientAndRemainder(dividingBy: extent)
      let wanted = Swift.max((Double(row) + 0.5) / Double(factor) - 0.5, 0)
      let before = Swift.min(Int(wanted), extent - 1)
      let after = Swift.min(before + 1, extent - 1)
      let share = wanted - Double(before)
      return (column == before ? 1 - share : 0) + (column == after ? share : 0)
    }
  }
}
